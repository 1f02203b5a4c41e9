using System.Collections.Immutable;
using System.Text.RegularExpressions;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Http.OpenApi;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace FlashDiffusion.Server.Http;

/// <summary>Which verbs a path takes: routing finds only what matches in both, so that a wrong verb looks like a wrong path.</summary>
internal sealed partial class KnownPaths(IEnumerable<Endpoint> endpoints)
{
    private readonly ImmutableArray<Known> _all = [.. endpoints.OfType<RouteEndpoint>().SelectMany(Of)];

    /// <summary>The verbs of a path at a port, in order; empty if nothing there has this path.</summary>
    public ImmutableArray<string> VerbsOf(string path, EndpointRole role) =>
        [.. _all.Where(known => known.Roles.Allowed.Contains(role) && known.Path.IsMatch(path)).Select(known => known.Verb).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IEnumerable<Known> Of(RouteEndpoint endpoint)
    {
        var json = endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>();
        var template = json is null ? endpoint.RoutePattern.RawText ?? "" : HttpBinding.Of(json.MethodDescriptor, json.HttpRule).Path;
        // What has holes and is no method stands for everything else: the answers to unknown services and to unknown paths.
        if ((json is null && template.Contains('{', StringComparison.Ordinal)) || endpoint.Metadata.GetMetadata<EndpointRoles>() is not { } roles)
        {
            return [];
        }

        var path = new Regex($"^/{Holes().Replace(Regex.Escape(template.TrimStart('/')), "[^/]+")}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        return (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(verb => new Known(path, verb, roles));
    }

    // As Regex.Escape leaves them.
    [GeneratedRegex(@"\\\{\w+\}")]
    private static partial Regex Holes();

    private sealed record Known(Regex Path, string Verb, EndpointRoles Roles);
}
