using Microsoft.AspNetCore.Routing.Matching;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Answers a route only on the ports that its <see cref="EndpointRoles"/> name: elsewhere it is not there.</summary>
internal sealed class EndpointRolePolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<EndpointRoles>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var role = EndpointRoleFeature.Of(httpContext);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && candidates[i].Endpoint.Metadata.GetMetadata<EndpointRoles>() is { } roles && !roles.Allowed.Contains(role))
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }
}
