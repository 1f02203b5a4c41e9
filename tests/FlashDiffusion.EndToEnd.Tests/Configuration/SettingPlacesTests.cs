using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Configuration;

/// <summary>The three places of a setting, as the server's own process reads them: the command line wins over the environment, and that over the file.</summary>
public sealed class SettingPlacesTests
{
    [Fact]
    public async Task Server_OfSettingsInSeveralPlaces_TakesTheNearest()
    {
        const string file = """
            {
              "Server": { "Listen": "127.0.0.2", "Reflection": "wrong, and never looked at" },
              "Engine": { "MaximumBatch": 3, "Ageing": -1 },
              "Plugins": { "DefaultSolver": "solver_of_the_file" },
              "Models": { "Root": "/nonexistent/of/the/file" }
            }
            """;
        Dictionary<string, string> environment = new() { ["Server__Listen"] = "127.0.0.3", ["Engine__MaximumBatch"] = "5", ["Engine__Ageing"] = "1" };
        using var folder = new SettledFolder(file);

        await using var server = await RunningServer.StartAsync(["--listen=127.0.0.4", "--Plugins:DefaultSolver=solver_of_the_line", "--reflection=false"], environment, folder.Within);

        Assert.Equal("127.0.0.4", server.Address.Host);
        await server.SaysAsync("up to 5 reconstructions a step");
        await server.SaysAsync("no model repository '/nonexistent/of/the/file'");
        using var http = new HttpClient();
        using var ready = await http.GetAsync(new Uri(server.Http, "/healthz/ready"), TestContext.Current.CancellationToken);
        Assert.Contains("solver_of_the_line", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WrongInSeveralPlaces_SaysTheValueOfTheNearest()
    {
        // File, environment and command line; the first two; the first and the last; the last two. Each in two sections.
        const string file = """
            {
              "Server": { "GrpcPort": 70001, "HttpPort": 70001, "MetricsPort": 70001 },
              "Quotas": { "Concurrent": -1, "StepBurst": -1, "RequestBurst": -1 }
            }
            """;
        Dictionary<string, string> environment = new()
        {
            ["Server__GrpcPort"] = "70002", ["Server__HttpPort"] = "70002", ["Server__StallSeconds"] = "-2",
            ["Quotas__Concurrent"] = "-2", ["Quotas__StepBurst"] = "-2", ["Quotas__StepsPerSecond"] = "-2",
        };
        string[] line = ["--grpc-port=70003", "--Server:MetricsPort=70013", "--Server:StallSeconds=-3", "--Quotas:Concurrent=-3", "--Quotas:RequestBurst=-3", "--Quotas:StepsPerSecond=-3"];

        AssertRefused(
            await RunAsync(file, environment, line),
            "Server:GrpcPort (--grpc-port) must be from 0 to 65535, but is '70003'.",
            "Server:HttpPort (--http-port) must be from 0 to 65535, but is '70002'.",
            "Server:MetricsPort (--metrics-port) must be from 0 to 65535, but is '70013'.",
            "Server:StallSeconds must be from 1 to 86400, but is '-3'.",
            "Quotas:Concurrent must be from 0 to 1000000, but is '-3'.",
            "Quotas:StepBurst must be from 1 to 1000000000, but is '-2'.",
            "Quotas:RequestBurst must be from 1 to 1000000, but is '-3'.",
            "Quotas:StepsPerSecond must be from 0 to 1000000, but is '-3'.");
    }

    [Fact]
    public async Task Start_SomethingWrongInEachPlace_IsRefusedAtOnceByName()
    {
        const string file = """{ "Limits": { "MaximumPicturePixels": "many" }, "Results": { "MaximumCont": 3 } }""";
        Dictionary<string, string> environment = new() { ["Engine__MaximumBatch"] = "0", ["Tls__Certificats"] = "a" };

        AssertRefused(
            await RunAsync(file, environment, ["--listen=everywhere", "--Access:KeysFiles=a"]),
            "Limits:MaximumPicturePixels must be a whole number, but is 'many'.",
            "There is no option 'Results:MaximumCont'; Results has DefaultLifetimeSeconds, MaximumBytes, MaximumCount, MaximumLifetimeSeconds.",
            "Engine:MaximumBatch (--batch) must be from 1 to 1024, but is '0'.",
            "There is no option 'Tls:Certificats'; Tls has Certificate, ClientAuthorities, Key, ReloadSeconds.",
            "Server:Listen (--listen) must be 'loopback', 'any' or an IP address, but is 'everywhere'.",
            "There is no option 'Access:KeysFiles'; Access has AdminScope, AdminSubjects, JwtAudience, JwtIssuer, JwtKeysFile, KeysFile.");
    }

    private static void AssertRefused((int Code, string Errors) run, params string[] expected)
    {
        Assert.Equal(1, run.Code);
        Assert.Equal(expected.Order(StringComparer.Ordinal), run.Errors.Trim().Split('\n').Order(StringComparer.Ordinal));
    }

    private static async Task<(int Code, string Errors)> RunAsync(string file, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        using var folder = new SettledFolder(file);
        using var process = BuiltServer.Start(arguments, environment, folder.Within);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        await output;
        return (process.ExitCode, await errors);
    }
}
