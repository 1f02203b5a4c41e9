namespace FlashDiffusion.Server.Hosting;

/// <summary>Marks the connections of a port.</summary>
internal sealed record EndpointRoleFeature(EndpointRole Role)
{
    public static EndpointRole Of(HttpContext context) => context.Features.Get<EndpointRoleFeature>()?.Role ?? EndpointRole.Http;
}
