using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Upstream;

/// <summary>
/// Where a model is, worked out once for each plan: parsing an address costs more than sending to it. Goes with the
/// plan that it belongs to.
/// </summary>
internal sealed class UpstreamAddress
{
    private static readonly ConditionalWeakTable<UpstreamUrl, UpstreamAddress> Places = [];

    private readonly UpstreamUrl _url;
    private readonly ConcurrentDictionary<Endpoint, Uri> _addresses = new();

    private UpstreamAddress(UpstreamUrl url)
    {
        _url = url;
        Text = url.ToString();
    }

    /// <summary>The upstream as the record names it.</summary>
    public string Text { get; }

    public static UpstreamAddress Of(ModelPlan model)
        => Places.GetValue(model.Url, static url => new UpstreamAddress(url));

    public Uri AddressOf(Route route, string path)
        => route.NameInPath
            ? UpstreamRequest.AddressOf(_url, route.UpstreamPathFor(path))
            : _addresses.GetOrAdd(route.Endpoint,
            static (_, asked) => UpstreamRequest.AddressOf(asked._url, asked.route.UpstreamPath), (_url, route));
}
