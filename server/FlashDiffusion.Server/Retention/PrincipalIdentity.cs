using Grpc.Core;

namespace FlashDiffusion.Server.Retention;

/// <summary>The caller as the server's authentication says, whatever its kind.</summary>
internal sealed class PrincipalIdentity : ICallerIdentity
{
    public string Of(ServerCallContext context) => context.GetHttpContext().User.Identity is { IsAuthenticated: true } identity
        ? $"{identity.AuthenticationType}:{identity.Name}"
        : "";
}
