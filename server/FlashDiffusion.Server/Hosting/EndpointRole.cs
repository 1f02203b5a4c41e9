namespace FlashDiffusion.Server.Hosting;

/// <summary>What a port is for; a connection carries it as a feature.</summary>
internal enum EndpointRole
{
    Grpc,
    Http,
    Metrics,
    Admin,
}
