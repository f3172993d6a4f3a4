namespace Gatehouse.Core.Discovery;

/// <summary>An open TCP connection to a port on which models may be served.</summary>
/// <param name="Identity">Whose it is, as <c>container web</c>, <c>unit news.service</c> or <c>process 17</c>.</param>
/// <param name="Who">The name to show.</param>
/// <param name="Address">The other end's address.</param>
/// <param name="Port">The other end's port.</param>
public sealed record OpenConnection(string Identity, string Who, string Address, int Port);
