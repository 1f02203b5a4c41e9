using FlashDiffusion.Benchmarks.Macro.Serving;

namespace FlashDiffusion.Benchmarks.Tests.Serving;

public sealed class MetricsPageTests
{
    private static readonly MetricsPage Page = new("""
        # TYPE flashdiffusion_slots_active gauge
        flashdiffusion_slots_active{otel_scope_name="FlashDiffusion",device="cpu"} 3 1764500000000
        flashdiffusion_step_duration_seconds_bucket{stage="Step",le="0.1"} 1
        flashdiffusion_step_duration_seconds_bucket{stage="Step",le="+Inf"} 4
        flashdiffusion_step_duration_seconds_bucket{stage="Decode",le="0.1"} 2
        flashdiffusion_step_duration_seconds_bucket{stage="Decode",le="+Inf"} 2
        flashdiffusion_step_duration_seconds_count{stage="Step",batch="1"} 3
        flashdiffusion_step_duration_seconds_count{stage="Step",batch="2"} 1
        flashdiffusion_step_duration_seconds_count{stage="Decode",batch="1"} 2
        flashdiffusion_step_duration_seconds_sum{stage="Decode",batch="1"} 1.5E-05
        # EOF
        """);

    [Theory]
    [InlineData("flashdiffusion_slots_active", "", 3)]
    [InlineData("flashdiffusion_step_duration_seconds_count", "", 6)]
    [InlineData("flashdiffusion_step_duration_seconds_count", "stage=\"Step\"", 4)]
    [InlineData("flashdiffusion_step_duration_seconds_sum", "", 1.5e-5)]
    [InlineData("flashdiffusion_cancel_latency_seconds_sum", "", 0)]
    public void Sum_IsOfAllThatHaveTheLabel(string name, string label, double sum) => Assert.Equal(sum, Page.Sum(name, label));

    [Fact]
    public void Buckets_AreOfAllLabelsTogether()
    {
        var buckets = Page.Buckets("flashdiffusion_step_duration_seconds");

        Assert.Equal([(0.1, 3.0), (double.PositiveInfinity, 6.0)], buckets.Select(bucket => (bucket.Key, bucket.Value)));
    }
}
