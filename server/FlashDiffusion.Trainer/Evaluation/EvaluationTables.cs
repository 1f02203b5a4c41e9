using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>The tables of the model card, made from <c>evaluation.json</c>, so that card and file can't disagree.</summary>
internal static class EvaluationTables
{
    private static readonly (string Key, string Label)[] Rows =
    [
        (Evaluator.Degraded, "degraded picture"),
        (Evaluator.DecodedMean, "severity encoder's mean, decoded"),
        (Evaluator.Full, "LDPS from T = 1000, guidance tuned for itself"),
        (Evaluator.BestFixed, "LDPS from the same fixed start for all, at Flash's mean number of calls"),
        (Evaluator.Flash, "**Flash(LDPS)**"),
    ];

    /// <summary>Markdown of all figures.</summary>
    public static string Markdown(JsonObject report)
    {
        var text = new StringBuilder();
        var crops = (int)report["crops"]!;
        text.AppendLine(Line($"Autoencoder's ceiling: **{Number(report, "autoencoder_psnr_db", 2)} dB** PSNR, SSIM {Number(report, "autoencoder_ssim", 3)}, log-spectral distance {Number(report, "autoencoder_lsd_db", 1)} dB.")).AppendLine();
        text.AppendLine("| severity encoder | Spearman with the true latent error | Spearman with the level, within a picture | ordering accuracy | (true error's own ordering) | relative error |");
        text.AppendLine("|---|---|---|---|---|---|");
        var operators = report["operators"]!.AsArray().Select(node => node!.AsObject()).ToList();
        foreach (var node in operators)
        {
            text.AppendLine(Line($"| {node["operator"]} | {Number(node, "severity_spearman_latent_error", 3)} | {Number(node, "severity_spearman_level", 3)} | {Number(node, "ordering_accuracy", 3)} | {Number(node, "true_error_ordering_accuracy", 3)} | {Number(node, "severity_relative_error", 2)} |"));
        }

        foreach (var node in operators)
        {
            text.AppendLine().AppendLine(Line($"### {node["operator"]}: guidance {node["guidance_scale"]}, c {node["correction"]}")).AppendLine();
            text.AppendLine("| | crops | PSNR, dB | SSIM | log-spectral distance, dB | UNet calls | Flash minus this, dB (95 %) |");
            text.AppendLine("|---|---|---|---|---|---|---|");
            foreach (var (key, label) in Rows.Where(row => node[row.Key + "_psnr_db"] is not null))
            {
                var count = (int?)node[key + "_crops"] ?? crops;
                var calls = node.ContainsKey(key + "_unet_calls") ? Number(node, key + "_unet_calls", 1) : "0";
                text.AppendLine(Line($"| {label} | {count} | {Number(node, key + "_psnr_db", 2)} | {Number(node, key + "_ssim", 3)} | {Number(node, key + "_lsd_db", 1)} | {calls} | {Interval(node, key)} |"));
            }
        }

        return text.ToString();
    }

    private static string Interval(JsonObject node, string key) => node[$"flash_minus_{key}_db_ci95"] is JsonArray interval
        ? Line($"{Cut((double)interval[0]!, 2)} to {Cut((double)interval[1]!, 2)}")
        : "";

    private static string Number(JsonObject node, string name, int digits)
    {
        var isError = name.EndsWith("_lsd_db", StringComparison.Ordinal) || name == "severity_relative_error";
        return isError ? (-Floor(-(double)node[name]!, digits)).ToString("F" + digits, CultureInfo.InvariantCulture) : Cut((double)node[name]!, digits);
    }

    /// <summary>Cuts instead of rounding (errors upwards): a figure is never shown better than it was measured.</summary>
    private static string Cut(double value, int digits) => Floor(value, digits).ToString("F" + digits, CultureInfo.InvariantCulture);

    private static double Floor(double value, int digits)
    {
        var scale = Math.Pow(10, digits);
        return Math.Floor(value * scale) / scale;
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
