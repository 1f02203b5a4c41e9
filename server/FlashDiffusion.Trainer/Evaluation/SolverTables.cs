using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>The comparison for machines and for people; numbers of the table are cut, not rounded.</summary>
internal static class SolverTables
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };
    private static readonly string[] Costs = ["unet_forward", "unet_backward", "decoder_forward", "decoder_backward", "encoder_forward"];

    /// <summary>What <c>solvers.json</c> holds.</summary>
    public static string Json(IReadOnlyDictionary<string, IReadOnlyList<ComparedSolver>> operators) =>
        new JsonObject(operators.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)new JsonArray([.. pair.Value.Select(Row)])))).ToJsonString(Format) + "\n";

    /// <summary>What <c>solvers.md</c> holds between the words around it.</summary>
    public static string Markdown(IReadOnlyDictionary<string, IReadOnlyList<ComparedSolver>> operators)
    {
        var text = new StringBuilder();
        foreach (var (name, solvers) in operators)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"### {name}").AppendLine();
            text.AppendLine("| solver | crops | PSNR, dB | SSIM | log-spectral distance, dB | UNet f / b | decoder f / b | encoder | minus ddim, dB (95 %) | setting |");
            text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
            foreach (var solver in solvers)
            {
                text.AppendLine(Line(solver));
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    private static string Line(ComparedSolver solver)
    {
        var most = solver.CostIsBound ? "at most " : "";
        string[] cost = [.. solver.Cost.Select(calls => calls.ToString("0.#", CultureInfo.InvariantCulture))];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {solver.Solver} | {Crops(solver.Row)} | {Cut(solver.Row.Psnr, 2)} | {Cut(solver.Row.Ssim, 3)} | {-Floor(-solver.Row.Lsd, 1):F1} | {cost[0]} / {cost[1]} | {most}{cost[2]} / {cost[3]} | {cost[4]} | {Difference(solver.AboveFloor)} | {Setting(solver.Setting)} |");
    }

    private static string Crops(RowSummary row) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Crops}{(row.Failed > 0 ? $" ({row.Failed} failed)" : "")}");

    private static string Difference(PairedDifference? difference) => difference is null
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{Cut(difference.Mean, 2)} ({Cut(difference.Low, 2)} to {Cut(difference.High, 2)})");

    private static string Setting(SolverSetting setting) => string.Join(
        ", ",
        setting.Parameters.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}")));

    private static JsonNode Row(ComparedSolver solver)
    {
        var node = new JsonObject
        {
            ["solver"] = solver.Solver,
            ["crops"] = solver.Row.Crops,
            ["correction"] = solver.Setting.Correction,
            ["parameters"] = new JsonObject(solver.Setting.Parameters.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
            ["psnr_db"] = EvaluationReport.Finite(solver.Row.Psnr),
            ["ssim"] = EvaluationReport.Finite(solver.Row.Ssim),
            ["lsd_db"] = EvaluationReport.Finite(solver.Row.Lsd),
            ["cost_is_bound"] = solver.CostIsBound,
        };
        if (solver.Row.Failed > 0)
        {
            node["failed"] = solver.Row.Failed;
        }

        foreach (var (name, calls) in Costs.Zip(solver.Cost))
        {
            node[name] = calls;
        }

        if (solver.AboveFloor is { } above)
        {
            node["minus_ddim_db"] = above.Mean;
            node["minus_ddim_db_ci95"] = new JsonArray(above.Low, above.High);
        }

        return node;
    }

    private static string Cut(double value, int digits) => Floor(value, digits).ToString("F" + digits, CultureInfo.InvariantCulture);

    private static double Floor(double value, int digits)
    {
        var scale = Math.Pow(10, digits);
        return Math.Floor(value * scale) / scale;
    }
}
