using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Serving;

/// <summary>A call without a connection, for what is tested without one.</summary>
internal sealed class PlainCall(CancellationToken cancellation = default) : ServerCallContext
{
    protected override string MethodCore => "/inference.GRPCInferenceService/ModelStreamInfer";

    protected override string HostCore => "localhost";

    protected override string PeerCore => "nobody";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; } = [];

    protected override CancellationToken CancellationTokenCore => cancellation;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(null, []);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
