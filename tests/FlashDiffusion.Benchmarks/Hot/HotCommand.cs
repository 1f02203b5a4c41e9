using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary><c>hot</c>: what runs once a step or once a sample beside the networks, by BenchmarkDotNet.</summary>
internal static class HotCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Three short iterations: an order of magnitude." };
        var filter = new Option<string>("--filter") { Description = "Names of the benchmarks, with wildcards.", DefaultValueFactory = _ => "*" };
        var command = new Command("hot", "Hot paths beside the networks: noise, scheduling, forecasts, promises, previews (BenchmarkDotNet).") { quick, filter };
        command.SetAction(parsed =>
        {
            // In this process: a generated project would find neither the natives of libtorch nor what is internal here.
            var job = (parsed.GetValue(quick) ? Job.ShortRun : Job.Default).WithToolchain(InProcessNoEmitToolchain.Instance);
            var config = DefaultConfig.Instance.AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).WithArtifactsPath(Path.Combine(Path.GetTempPath(), "flash-hot"));
            BenchmarkSwitcher.FromTypes([typeof(NoiseBenchmark), typeof(SchedulingBenchmark), typeof(ForecastBenchmark), typeof(EtaBenchmark), typeof(PromiseBenchmark), typeof(PreviewBenchmark)]).Run(["--filter", parsed.GetValue(filter)!], config);
        });
        return command;
    }
}
