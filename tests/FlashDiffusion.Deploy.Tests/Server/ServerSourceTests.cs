using System.Text.RegularExpressions;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests.Server;

/// <summary>The readers of the source find what is known to be there: otherwise every other test here would check against nothing.</summary>
public sealed partial class ServerSourceTests
{
    // As a running server showed them at /metrics.
    [Theory]
    [InlineData("flashdiffusion_request_severity_bucket")]
    [InlineData("flashdiffusion_request_duration_seconds_count")]
    [InlineData("flashdiffusion_request_time_to_first_latent_seconds_bucket")]
    [InlineData("flashdiffusion_batch_size_sum")]
    [InlineData("flashdiffusion_queue_work")]
    [InlineData("flashdiffusion_estimator_eta_error_count")]
    [InlineData("rpc_server_call_duration_seconds_count")]
    public void Metrics_OfTheSource_HaveTheNamesOfTheEndpoint(string series) => Assert.Contains(ServerSource.Metrics, metric => metric.Series.Contains(series));

    [Fact]
    public void Readers_FindWhatIsKnown()
    {
        Assert.Equal("Server:GrpcPort", ServerSource.Switches["--grpc-port"]);
        Assert.Superset(new HashSet<string> { "Server:Listen", "Engine:MaximumBatch", "Limits:MaximumPicturePixels", "Resume:PreviousKeys", "Http:AllowedOrigins" }, ServerSource.OptionKeys.ToHashSet());
        Assert.Superset(new HashSet<string> { "readiness", "liveness" }, ServerSource.HealthServices.ToHashSet());
        Assert.Superset(new HashSet<string> { "flashdiffusion.v1.ReconstructionService", "flashdiffusion.v1.CatalogService" }, ServerSource.GrpcServices.ToHashSet());
        Assert.Contains("/healthz/ready", ServerSource.Pages);
        Assert.Contains("OutOfMemory", Outcomes);
        Assert.Contains("QueueFull", Reasons);
    }

    // What is made elsewhere would be in no table and in no test of one.
    [Fact]
    public void Metrics_AreMadeWhereTheyAreReadFrom() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, "server"), "*.cs", SearchOption.AllDirectories).Where(file => Making().IsMatch(File.ReadAllText(file))),
        file => Assert.Contains(Path.GetRelativePath(Path.Combine(Checkout.Root, "server"), Path.GetDirectoryName(file)!), ServerSource.MetricFolders));

    internal static IReadOnlySet<string> Outcomes { get; } = ServerSource.Members("FlashDiffusion.Engine/Sessions/SessionOutcome.cs");

    internal static IReadOnlySet<string> Reasons { get; } = ServerSource.Members("FlashDiffusion.Engine/Admissions/RejectionReason.cs");

    [GeneratedRegex(@"\.Create(Observable)?(Counter|UpDownCounter|Gauge|Histogram)\b|\bnew Meter\(")]
    private static partial Regex Making();
}
