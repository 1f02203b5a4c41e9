namespace FlashDiffusion.Server.Hosting;

/// <summary>On which ports a route is answered; metadata of the route.</summary>
internal sealed record EndpointRoles(params EndpointRole[] Allowed);
