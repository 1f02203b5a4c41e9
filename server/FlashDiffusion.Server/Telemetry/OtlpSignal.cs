using OpenTelemetry.Exporter;

namespace FlashDiffusion.Server.Telemetry;

/// <summary>
/// Where one signal goes, by the standard environment variables: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, or the signal's own, which
/// the exporter does not read by itself. Without either nothing is exported.
/// </summary>
internal sealed class OtlpSignal(IConfiguration configuration, string signal)
{
    public bool IsSet => Own("ENDPOINT") is not null || !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    public void Configure(OtlpExporterOptions options)
    {
        if (Own("PROTOCOL") is { } protocol)
        {
            options.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        }

        if (Own("ENDPOINT") is { } endpoint)
        {
            options.Endpoint = new Uri(endpoint);
        }

        if (Own("HEADERS") is { } headers)
        {
            options.Headers = headers;
        }
    }

    private string? Own(string setting) =>
        configuration[$"OTEL_EXPORTER_OTLP_{signal}_{setting}"] is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
}
