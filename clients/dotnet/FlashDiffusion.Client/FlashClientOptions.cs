using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Client;

/// <summary>Limits of a client.</summary>
public sealed record FlashClientOptions
{
    /// <summary>Largest message that is sent, in bytes; an answer may have twice as many. A 2048x2048 float32 picture has 48 MiB, and Degrade adds two files to it.</summary>
    /// <value>64 MiB, as the server's.</value>
    public int MaximumMessageBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Deadline of every call but Reconstruct; null for none.</summary>
    /// <value>60 seconds.</value>
    public TimeSpan? UnaryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Deadline of Reconstruct from start to result, queueing included; null for none.</summary>
    /// <value>None: the first event tells the expected time, and cancelling is cheap.</value>
    public TimeSpan? ReconstructTimeout { get; init; }

    /// <summary>What happens when the stream of a reconstruction breaks.</summary>
    /// <value>Goes on from a checkpoint at most ten steps old, on another server if there is one.</value>
    public ResumePolicy Resume { get; init; } = new();

    /// <summary>Where deadlines take the time from.</summary>
    /// <value>The system's clock.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Key or token that every call carries, as <c>authorization: Bearer ...</c>; null for none. Send it over https only.</summary>
    /// <value>None.</value>
    public string? ApiKey { get; init; }

    /// <summary>Changes the connections of HTTP/2 before the first: client certificates, own authorities, a proxy.</summary>
    /// <value>Nothing.</value>
    public Action<SocketsHttpHandler>? ConfigureHandler { get; init; }

    /// <summary>Where gRPC writes its log.</summary>
    /// <value>Nowhere; in a container, where the program does.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The limits, without the key: a record's own text would carry it into logs.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{nameof(FlashClientOptions)} {{ {nameof(MaximumMessageBytes)} = {MaximumMessageBytes}, {nameof(UnaryTimeout)} = {UnaryTimeout}, {nameof(ReconstructTimeout)} = {ReconstructTimeout}, {nameof(Resume)} = {Resume} }}");

    internal CallOptions ToCallOptions(TimeSpan? timeout, CancellationToken cancellation) => new(
        ApiKey is null ? null : new Metadata { { "authorization", $"Bearer {ApiKey.Trim()}" } },
        timeout is { } limit ? Clock.GetUtcNow().UtcDateTime + limit : null,
        cancellation);

    internal GrpcChannelOptions ToChannelOptions(Uri address) => new()
    {
        // A name stands for servers that come and go: every call goes to the next one. Addresses say by themselves whether they are encrypted.
        Credentials = address.Scheme == ServerAddress.NameScheme ? ChannelCredentials.Insecure : null,
        ServiceConfig = address.Scheme == ServerAddress.NameScheme ? new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } } : null,
        LoggerFactory = LoggerFactory,
        MaxReceiveMessageSize = (int)Math.Min(2L * MaximumMessageBytes, int.MaxValue),
        MaxSendMessageSize = MaximumMessageBytes,
        HttpHandler = CreateHandler(),
        DisposeHttpClient = true,
    };

    private SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler
        {
            // Servers allow about 100 streams a connection.
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // Notices a peer that vanished without closing; servers refuse pings that are much more frequent.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        ConfigureHandler?.Invoke(handler);
        return handler;
    }
}
