using System.Diagnostics;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>
/// Who goes first, on real servers: the same arrivals under each policy, in short windows in turn, so that a slow minute of the machine hits all three. The
/// manifest's operators share steps, and so one lane: among lanes turns are taken, whatever the policy (<see cref="PolicyMixes"/>).
/// </summary>
internal sealed class PolicyFigure : IMacroFigure
{
    private const double Load = 0.8;

    // Ten times as many steps for the most severe as for the mildest. With its look and its last decode, as long as two or three steps, each picture takes up to five
    // times the work of another: as with the severities of the manifest's Kodak crops, which take 22 to 116 steps.
    public const int LeastSteps = 2;
    public const int MostSteps = 20;

    /// <summary>Requests that are there when a window begins, as many as wait on average: a queue takes longer than a window to build.</summary>
    private const int Waiting = 4;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(14);

    public string Name => "policies";

    public string Description => "shortest remaining, without ageing and with the default's, against first come: waiting at a load of 0.8, one step of one picture at a time";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var firstCome = await bench.StartAsync("--batch=1", "--policy=first_come");
        await using var shortest = await bench.StartAsync("--batch=1", "--policy=shortest_remaining", "--Engine:Ageing=0");
        await using var aged = await bench.StartAsync("--batch=1", "--policy=shortest_remaining");
        BenchServer[] servers = [firstCome, shortest, aged];
        var count = bench.Size(quick: 12, full: 20);
        var pictures = await Assignments.OfAsync(bench.Manifest, count, firstCome.Client, cancellation);
        foreach (var server in servers)
        {
            // They learn what a step takes.
            await StepPace.OfAsync(server.Client, pictures[0], cancellation);
        }

        var (rounds, predicted, paces) = (new List<PolicyRound>(), new List<PolicyRound>(), new List<StepPace>());
        var began = Stopwatch.GetTimestamp();
        while (Turns.AreDue(rounds.Count, bench.Size(quick: 6, full: 12), Stopwatch.GetElapsedTime(began), Longest))
        {
            var round = rounds.Count;
            var pace = await StepPace.OfAsync(servers[round % servers.Length].Client, pictures[0], cancellation);
            var requests = VirtualWork.Poisson(Load, Arrivals.Steps(count, LeastSteps, MostSteps, (ulong)round + 10), pace, Waiting, (ulong)round + 20);
            var seconds = new double[servers.Length][];
            foreach (var policy in Turns.Of(round))
            {
                var finished = await Caller.ArrivingAsync(servers[policy].Client, [.. pictures.Select((picture, i) => picture.Steps(requests.Steps[i]))], requests.Arrivals, cancellation);
                seconds[policy] = [.. finished.Select(one => one.Seconds)];
            }

            rounds.Add(new PolicyRound(requests.Steps, seconds[0], seconds[1], seconds[2]));
            predicted.Add(VirtualPolicies.Run(requests));
            paces.Add(pace);
        }

        return Figures(rounds, PolicyRound.Join(predicted), paces);
    }

    private static JsonObject Figures(List<PolicyRound> rounds, PolicyRound predicted, List<StepPace> paces)
    {
        PolicyRound[] level = [.. rounds.Select(round => round.Level())];
        var all = PolicyRound.Join(level);
        var figures = all.Figures();
        figures["details"] = new JsonObject
        {
            ["spread"] = new JsonObject(PolicyRound.All.Select(figure => KeyValuePair.Create(figure.Name, (JsonNode?)Pooled.Of(level, some => figure.Of(PolicyRound.Join(some))).ToJson()))),
            ["in_virtual_time"] = predicted.Figures(),
            ["seconds_p50"] = PolicyRound.Quantile(rounds, 0.5),
            ["seconds_p99"] = PolicyRound.Quantile(rounds, 0.99),
            ["step_ms"] = Spread.Of(paces.Select(pace => 1000 * pace.StepSeconds)).ToJson(),
            ["look_and_decode_ms"] = Spread.Of(paces.Select(pace => 1000 * pace.DecodeSeconds)).ToJson(),
            ["steps"] = Spread.Of(all.Steps.Select(steps => (double)steps)).ToJson(),
            ["requests"] = all.Steps.Count,
        };
        return figures;
    }
}
