using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>How far the ETA of the first event can be trusted where step times never change: thousands of requests in virtual time.</summary>
internal sealed class EtaSweep : IMacroFigure
{
    private static readonly double[] Loads = [0.5, 0.8];

    // Each kind of ETA, of the requests for which all are known.
    private static readonly (string Name, Func<EtaOutcome, double?> Eta)[] Etas =
        [("nobody_else", outcome => outcome.Alone), ("stated", outcome => outcome.Stated), ("known_rate", outcome => outcome.Known)];

    public string Name => "eta-virtual";

    public string Description => "|time to the result / ETA - 1| in virtual time through the engine's own scheduler: if nobody else arrived, as stated, and the median of what may happen for who knows rate and lengths";

    public Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        var count = bench.Size(quick: 2_000, full: 10_000);
        var capacity = EtaQueue.Capacity();
        var (half, most, details) = (new JsonObject(), new JsonObject(), new JsonObject { ["requests"] = count, ["images_per_second_possible"] = capacity });
        foreach (var load in Loads)
        {
            var outcomes = EtaQueue.Run(load * capacity, count, bench.Size(quick: 20, full: 100), seed: 4, cancellation);
            var name = load.ToString(CultureInfo.InvariantCulture);
            half[name] = Errors(outcomes, 0.5);
            most[name] = Errors(outcomes, 0.9);
            details[name] = new JsonObject
            {
                ["actual_over_eta"] = new JsonObject(Etas.Select(eta => KeyValuePair.Create(eta.Name, (JsonNode?)Spread.Of(Ratios(outcomes, eta.Eta)).ToJson()))),
                ["of_half_done"] = new JsonObject
                {
                    ["nobody_else_p90"] = Quantiles.Of(outcomes.Select(outcome => Math.Abs((outcome.HalfTook / outcome.HalfAlone) - 1)), 0.9),
                    ["stated_p90"] = Quantiles.Of(outcomes.Select(outcome => Math.Abs((outcome.HalfTook / outcome.HalfStated) - 1)), 0.9),
                },
            };
        }

        return Task.FromResult(new JsonObject { ["eta_virtual_error_p50"] = half, ["eta_virtual_error_p90"] = most, ["details"] = details });
    }

    private static JsonObject Errors(IReadOnlyList<EtaOutcome> outcomes, double share) =>
        new(Etas.Select(eta => KeyValuePair.Create(eta.Name, (JsonNode?)Quantiles.Of(Ratios(outcomes, eta.Eta).Select(ratio => Math.Abs(ratio - 1)), share))));

    private static IEnumerable<double> Ratios(IReadOnlyList<EtaOutcome> outcomes, Func<EtaOutcome, double?> eta) =>
        outcomes.Where(outcome => eta(outcome) is not null).Select(outcome => outcome.Took / eta(outcome)!.Value);
}
