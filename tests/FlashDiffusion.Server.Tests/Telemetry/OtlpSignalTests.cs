using FlashDiffusion.Server.Telemetry;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Exporter;

namespace FlashDiffusion.Server.Tests.Telemetry;

public sealed class OtlpSignalTests
{
    [Fact]
    public void IsSet_NoVariable_NothingIsExported() => Assert.False(Signal().IsSet);

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", false)]
    public void IsSet_Variable_CountsForItsSignal(string variable, bool expected) =>
        Assert.Equal(expected, Signal((variable, "http://collector:4317")).IsSet);

    [Fact]
    public void Configure_OwnVariables_WinOverTheGeneralOnes()
    {
        var options = new OtlpExporterOptions();

        Signal(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://general:4317"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4318/v1/traces"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"), ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b")).Configure(options);

        Assert.Equal((new Uri("http://traces:4318/v1/traces"), OtlpExportProtocol.HttpProtobuf, "a=b"), (options.Endpoint, options.Protocol, options.Headers));
    }

    private static OtlpSignal Signal(params (string Key, string Value)[] settings) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))).Build(), "TRACES");
}
