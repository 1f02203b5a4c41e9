using FlashDiffusion.EndToEnd.Tests.Servers;
using Grpc.Net.Client;

namespace FlashDiffusion.EndToEnd.Tests.Telemetry;

/// <summary>A server with everything for those who run it: a collector, the admin service, reflection.</summary>
public sealed class OperatedServer : IAsyncLifetime
{
    private readonly PluginFolder _plugins = new();
    private OtlpReceiver? _receiver;
    private RunningServer? _server;
    private GrpcChannel? _admin;

    internal RunningServer Server => _server!;

    internal OtlpReceiver Receiver => _receiver!;

    internal V1.AdminService.AdminServiceClient Admin => new(_admin!);

    public async ValueTask InitializeAsync()
    {
        _receiver = await OtlpReceiver.StartAsync();
        _server = await RunningServer.StartAsync(
            [$"--plugins={_plugins.FullPath}", "--admin=true", "--admin-port=0", "--reflection=true", "--drain-delay=15", "--grace=60", "--Engine:MaximumBatch=2"],
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _receiver.Endpoint,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            });
        _admin = GrpcChannel.ForAddress(_server.Admin!);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_receiver is not null)
        {
            await _receiver.DisposeAsync();
        }

        _plugins.Dispose();
    }
}
