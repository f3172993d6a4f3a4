namespace Gatehouse.Tests.Clients;

/// <summary>Where a client is pointed and what it shows there.</summary>
internal sealed record ClientTarget(string BaseUrl, string Token);
