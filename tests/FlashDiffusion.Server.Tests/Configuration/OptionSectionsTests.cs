using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Configuration;

public sealed class OptionSectionsTests
{
    [Fact]
    public void Errors_NothingSet_IsFine() => Assert.Empty(ErrorsOf());

    [Fact]
    public void Errors_FaultsInSeveralSections_AreReportedAtOnce()
    {
        var errors = ErrorsOf(
            ("Server:GrpcPort", "70000"), ("Server:Listen", "everywhere"), ("Engine:MaximumBatch", "0"), ("Limits:MaximumPictureBytes", "many"), ("Plugins:DefaultSolver", ""));

        Assert.Equal(5, errors.Count);
        Assert.Contains(errors, error => error.Contains("everywhere", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("MaximumPictureBytes", StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_OnePortTwice_IsReportedAndZeroIsNot()
    {
        Assert.Contains("9000", Assert.Single(ErrorsOf(("Server:GrpcPort", "9000"), ("Server:MetricsPort", "9000"))), StringComparison.Ordinal);
        Assert.Empty(ErrorsOf(("Server:GrpcPort", "0"), ("Server:HttpPort", "0"), ("Server:MetricsPort", "0")));
    }

    [Fact]
    public void Errors_ValuesThatCantBeRead_HideNoOther()
    {
        var errors = ErrorsOf(
            ("Server:GrpcPort", "banana"), ("Server:HttpPort", "99999"), ("Server:Listen", "foo"), ("Server:Reflection", "maybe"), ("Engine:GuidanceExponent", "strong"),
            ("Quotas:RequestBurst", "x"), ("Quotas:StepBurst", "y"), ("Engine:Mode", "Precise"), ("Logging:LogLevel:Default", "loud"), ("Logging:Console:FormatterName", "xml"));

        Assert.Equal(10, errors.Count);
        Assert.Contains("Server:GrpcPort (--grpc-port) must be a whole number, but is 'banana'.", errors);
        Assert.Contains("Engine:GuidanceExponent must be a number, but is 'strong'.", errors);
        Assert.Contains("Server:Reflection (--reflection) must be true or false, but is 'maybe'.", errors);
        Assert.Contains("Engine:Mode must be one of Fast, Exact, but is 'Precise'.", errors);
        Assert.Contains(errors, error => error.Contains("HttpPort", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("--log-level", StringComparison.Ordinal) && error.Contains("Information", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Server:GrpcPort", "99999", "Server:GrpcPort (--grpc-port) must be from 0 to 65535, but is '99999'.")]
    [InlineData("Engine:Policy", "fastest", "Engine:Policy (--policy) must be one of shortest_remaining, first_come, earliest_deadline, but is 'fastest'.")]
    [InlineData("Plugins:DefaultSolver", "", "Plugins:DefaultSolver (--default-solver) must be something, but is ''.")]
    [InlineData("Engine:StepLimitSeconds", "-1", "Engine:StepLimitSeconds must be from 0 to 1000000, but is '-1'.")]
    public void Errors_ValuesOutOfBounds_SayWhichOptionAndWhatItTakes(string key, string value, string expected) => Assert.Equal(expected, Assert.Single(ErrorsOf((key, value))));

    [Theory]
    [InlineData("Engine:MaximumBach", "3", "There is no option 'Engine:MaximumBach'; Engine has Ageing,")]
    [InlineData("Access:AsksForTokens", "true", "There is no option 'Access:AsksForTokens'; Access has AdminScope,")]
    [InlineData("Server:GrpcPort:Value", "3", "There is no option 'Server:GrpcPort:Value'; Server:GrpcPort is one value.")]
    [InlineData("Http:AllowedOrigins", "https://example.org", "Http:AllowedOrigins is a list: Http:AllowedOrigins:0,")]
    public void Errors_NamesThatAreNone_AreReported(string key, string value, string expected) =>
        Assert.StartsWith(expected, Assert.Single(ErrorsOf((key, value))), StringComparison.Ordinal);

    [Fact]
    public void Errors_NamesInAnyCaseAndLists_AreFine() =>
        Assert.Empty(ErrorsOf(("server:grpcport", "1"), ("HTTP:ALLOWEDORIGINS:0", "*"), ("Access:AdminSubjects:0", "CN=a"), ("Logging:Console:FormatterName", "json"), ("Logging:LogLevel:A", "debug")));

    [Theory]
    [InlineData("cpu", true)]
    [InlineData("cpu, cpu", true)]
    [InlineData("cuda,cuda:1", true)]
    [InlineData("gpu", false)]
    [InlineData("cuda:a", false)]
    [InlineData("cpu,", false)]
    public void Errors_Devices_MustBeNamedAsTheyAre(string devices, bool fine)
    {
        var errors = ErrorsOf(("Engine:Device", devices));

        Assert.True(fine ? errors.Count == 0 : Assert.Single(errors).Contains("--device", StringComparison.Ordinal), string.Join(' ', errors));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", false)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector", false)]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "tcp", false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317", true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "", true)]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", true)]
    public void Errors_Collectors_MustBeAddresses(string name, string value, bool fine)
    {
        var errors = ErrorsOf((name, value));

        Assert.True(fine ? errors.Count == 0 : Assert.Single(errors).StartsWith($"{name} must be ", StringComparison.Ordinal), string.Join(' ', errors));
    }

    [Fact]
    public void Errors_PortOfTheAdminService_CountsWhereItIsEnabled()
    {
        Assert.Contains("--admin-port", Assert.Single(ErrorsOf(("Admin:Enabled", "true"), ("Server:GrpcPort", "8003"))), StringComparison.Ordinal);
        Assert.Single(ErrorsOf(("Admin:Enabled", "true"), ("Admin:Port", "9000"), ("Server:HttpPort", "9000")));
        Assert.Empty(ErrorsOf(("Server:GrpcPort", "8003")));
    }

    [Fact]
    public void Errors_TwoPlacesForModels_AreReported()
    {
        Assert.Contains("--model-dir", Assert.Single(ErrorsOf(("Models:Root", "a"), ("Models:Directory", "b"))), StringComparison.Ordinal);
        Assert.Contains("--model-name", Assert.Single(ErrorsOf(("Models:DirectoryName", "a"))), StringComparison.Ordinal);
        Assert.Single(ErrorsOf(("Models:Directory", "a"), ("Models:DirectoryName", "../a")));
        Assert.Empty(ErrorsOf(("Models:Directory", "a"), ("Models:DirectoryName", "b")));
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("0.000001", true)]
    [InlineData("0.0000009", false)]
    [InlineData("1e-13", false)]
    public void Errors_Rates_AreNoneOrCanBeWaitedFor(string rate, bool fine)
    {
        var errors = ErrorsOf(("Quotas:RequestsPerSecond", rate), ("Quotas:StepsPerSecond", rate));

        Assert.Equal(fine ? 0 : 2, errors.Count);
        Assert.All(errors, error => Assert.Contains("at least 1E-06", error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("loopback")]
    [InlineData("any")]
    [InlineData("::1")]
    [InlineData("192.0.2.1")]
    public void Errors_KnownListenWords_AreFine(string listen) => Assert.Empty(ErrorsOf(("Server:Listen", listen)));

    [Fact]
    public void Switches_EveryKey_IsAnOptionThatExists()
    {
        // Each switch sets a value that its option can't take or visibly changes it: a key that is misspelt would do neither.
        foreach (var option in CommandLine.Switches.Where(option => !option.Key.StartsWith("Logging", StringComparison.Ordinal)))
        {
            var (section, property) = (option.Key.Split(':')[0], option.Key.Split(':')[1]);
            var type = section switch
            {
                "Server" => typeof(ServerOptions),
                "Engine" => typeof(EngineOptions),
                "Models" => typeof(ModelOptions),
                "Plugins" => typeof(PluginOptions),
                "Operators" => typeof(OperatorOptions),
                "Http" => typeof(HttpOptions),
                "Admin" => typeof(AdminOptions),
                "Tls" => typeof(TlsOptions),
                "Access" => typeof(AccessOptions),
                _ => throw new InvalidOperationException($"The switch {option.Name} names the section {section}."),
            };
            Assert.NotNull(type.GetProperty(property));
        }
    }

    [Fact]
    public void Add_Settings_ReachTheOptions()
    {
        var services = new ServiceCollection().AddSingleton(Settings(("Server:GrpcPort", "1234"), ("Engine:MaximumBatch", "3")));
        OptionSections.Add(services);
        using var provider = services.BuildServiceProvider();

        Assert.Equal(1234, provider.GetRequiredService<IOptions<ServerOptions>>().Value.GrpcPort);
        Assert.Equal(3, provider.GetRequiredService<IOptions<EngineOptions>>().Value.MaximumBatch);
    }

    private static IReadOnlyList<string> ErrorsOf(params (string Key, string Value)[] settings) => OptionSections.Errors(Settings(settings));

    private static IConfiguration Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))).Build();
}
