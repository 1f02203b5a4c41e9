namespace FlashDiffusion.Server.Configuration;

/// <summary>
/// What is wrong with the standard variables that name a collector. <c>collector:4317</c> is an address of the scheme "collector" to the exporter,
/// which then sends nothing for ever; what is no address at all would end the server with a stack trace.
/// </summary>
internal static class CollectorFaults
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";
    private static readonly string[] Signals = ["", "TRACES_", "METRICS_", "LOGS_"];
    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    public static IEnumerable<SettingFault> Of(IConfiguration configuration) => Signals.SelectMany<string, SettingFault>(signal =>
    [
        .. Check(configuration, $"{Prefix}{signal}ENDPOINT", IsAddress, "an address like http://collector:4317"),
        .. Check(configuration, $"{Prefix}{signal}PROTOCOL", Protocols.Contains, string.Join(" or ", Protocols)),
    ]);

    private static IEnumerable<SettingFault> Check(IConfiguration configuration, string name, Func<string, bool> isFine, string expected) =>
        configuration[name] is { } value && !string.IsNullOrWhiteSpace(value) && !isFine(value) ? [new SettingFault(name, $"{name} must be {expected}, but is '{value}'.")] : [];

    private static bool IsAddress(string value) => Uri.TryCreate(value, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
