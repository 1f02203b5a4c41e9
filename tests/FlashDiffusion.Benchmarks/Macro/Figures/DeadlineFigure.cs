using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>Whether accepted deadlines are met, and what that costs.</summary>
internal sealed class DeadlineFigure : IMacroFigure
{
    private const double Load = 0.8;
    private const int Most = 60;
    private static readonly double[] Factors = [0.25, 0.5, 1, 2, 4];

    public string Name => "deadline";

    public string Description => "requests at random times at a load of 0.8, with deadlines of 0.25 to 4 times what each takes alone: share of the accepted ones met, and shares cut and refused";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        var count = bench.Size(quick: 40, full: 200);
        var steps = Arrivals.Steps(count, 2, bench.Size(quick: Most / 3, full: Most), seed: 2);
        var whole = (await Assignments.OfAsync(bench.Manifest, count, server.Client, cancellation)).Select((picture, i) => picture.Steps(steps[i])).ToArray();
        await Caller.AtOnceAsync(server, whole[..16], 16, cancellation);
        var need = await NeedAsync(server.Client, whole[0], bench.Size(quick: 2, full: 7), cancellation);
        var capacity = 16 / (await Caller.AtOnceAsync(server, whole[..16], 16, cancellation)).Seconds * steps.Take(16).Average() / steps.Average();

        // Every factor meets short and long requests: those come in random order, the factors in turn.
        Assignment[] limited = [.. whole.Select((picture, i) => picture.With(request => request.Scheduling = new V1.Scheduling
        {
            TimeLimit = Duration.FromTimeSpan(TimeSpan.FromSeconds(Factors[i % Factors.Length] * need(steps[i]))),
        }))];
        var answers = await Caller.ArrivingAsync(
            limited, Arrivals.Poisson(count, 1 / (Load * capacity), seed: 3), picture => AnswerAsync(server.Client, picture, cancellation), cancellation);
        return new JsonObject
        {
            ["deadline_met"] = Share(answers.Where(answer => !answer.IsRefused), answer => answer.Finished is not null),
            ["details"] = new JsonObject
            {
                ["by_deadline_over_need"] = new JsonObject(Factors.Select((factor, f) => KeyValuePair.Create(
                    factor.ToString(CultureInfo.InvariantCulture), (JsonNode?)Shares([.. answers.Where((_, i) => i % Factors.Length == f)])))),
                ["all"] = Shares(answers),
                ["loss_of_cut_db"] = await LossAsync(server, whole, answers, cancellation),
                ["need_seconds"] = Spread.Of(steps.Select(need)).ToJson(),
                ["images_per_second_possible"] = capacity,
            },
        };
    }

    // What a request takes alone: a line through a short and a long one, since each step takes as long as the next.
    private static async Task<Func<int, double>> NeedAsync(FlashClient client, Assignment picture, int rounds, CancellationToken cancellation)
    {
        const int Few = 4;
        const int Many = 24;
        var (few, many) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            few.Add((await Caller.RunAsync(client, picture.Steps(Few), cancellation)).Seconds);
            many.Add((await Caller.RunAsync(client, picture.Steps(Many), cancellation)).Seconds);
        }

        var step = (Spread.Of(many).Median - Spread.Of(few).Median) / (Many - Few);
        var rest = Spread.Of(few).Median - (Few * step);
        return steps => rest + (steps * step);
    }

    private static async Task<DeadlineAnswer> AnswerAsync(FlashClient client, Assignment picture, CancellationToken cancellation)
    {
        V1.Accepted? plan = null;
        var limit = picture.Request.Scheduling.TimeLimit.ToTimeSpan().TotalSeconds;
        var began = Stopwatch.GetTimestamp();
        try
        {
            var finished = await Caller.RunAsync(client, picture, cancellation, begun => plan = begun);
            return new DeadlineAnswer(plan, finished, finished.Seconds, limit);
        }
        catch (FlashException late) when (late.Code == StatusCode.DeadlineExceeded)
        {
            return new DeadlineAnswer(plan, null, Stopwatch.GetElapsedTime(began).TotalSeconds, limit);
        }
    }

    private static JsonObject Shares(ImmutableArray<DeadlineAnswer> answers) => new()
    {
        ["count"] = answers.Length,
        ["met_of_accepted"] = Share(answers.Where(answer => !answer.IsRefused), answer => answer.Finished is not null),
        ["cut"] = Share(answers, answer => answer.IsCut),
        ["refused"] = Share(answers, answer => answer.IsRefused),
        ["waited_in_vain"] = Share(answers, answer => answer.WaitedInVain),
    };

    private static double? Share(IEnumerable<DeadlineAnswer> answers, Func<DeadlineAnswer, bool> which)
    {
        var all = answers.ToArray();
        return all.Length == 0 ? null : (double)all.Count(which) / all.Length;
    }

    // The same pictures whole, with as much time as they want.
    private static async Task<JsonObject?> LossAsync(BenchServer server, Assignment[] whole, ImmutableArray<DeadlineAnswer> answers, CancellationToken cancellation)
    {
        int[] cut = [.. Enumerable.Range(0, answers.Length).Where(i => answers[i] is { IsCut: true, Finished: not null })];
        if (cut.Length == 0)
        {
            return null;
        }

        var reference = await Caller.AtOnceAsync(server, [.. cut.Select(i => whole[i])], 16, cancellation);
        return MeanDifference.Of(reference.All.Select(finished => finished.Psnr), cut.Select(i => answers[i].Finished!.Psnr)).ToJson();
    }
}
