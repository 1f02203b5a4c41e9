using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Writes <c>evaluation.json</c>, the figures for machines.</summary>
internal static class EvaluationReport
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>The object that the file holds.</summary>
    public static JsonObject Build(RowSummary ceiling, IReadOnlyList<OperatorEvaluation> operators, bool reduced)
    {
        var root = new JsonObject();
        AddRow(root, "autoencoder", ceiling);
        root["crops"] = ceiling.Crops;
        root["chains_computed_in"] = reduced ? "bfloat16 autocast" : "float32";
        root["operators"] = new JsonArray([.. operators.Select(Build)]);
        return root;
    }

    public static void Write(string path, JsonObject report) => File.WriteAllText(path, report.ToJsonString(Format) + "\n");

    /// <summary>A figure, or null (JSON has no NaN) where no crop gave one.</summary>
    public static JsonNode? Finite(double figure) => double.IsFinite(figure) ? JsonValue.Create(figure) : null;

    private static JsonObject Build(OperatorEvaluation evaluation)
    {
        var node = new JsonObject
        {
            ["operator"] = evaluation.Operator,
            ["severity_spearman_latent_error"] = evaluation.Severity.SpearmanLatentError,
            ["severity_spearman_level"] = evaluation.Severity.SpearmanLevel,
            ["ordering_accuracy"] = evaluation.Severity.OrderingAccuracy,
            ["true_error_ordering_accuracy"] = evaluation.Severity.TrueOrderingAccuracy,
            ["severity_relative_error"] = evaluation.Severity.RelativeError,
            ["guidance_scale"] = evaluation.Tuning.Guidance,
            ["correction"] = evaluation.Tuning.Correction,
            ["full_guidance_scale"] = evaluation.Tuning.FullGuidance,
        };
        foreach (var name in (string[])[Evaluator.Degraded, Evaluator.DecodedMean, Evaluator.Flash, Evaluator.Full, Evaluator.BestFixed])
        {
            if (!evaluation.Rows.TryGetValue(name, out var row))
            {
                continue;
            }

            AddRow(node, name, row);
            if (row.Calls > 0)
            {
                node[name + "_unet_calls"] = row.Calls;
            }

            if (name is Evaluator.Flash or Evaluator.Full or Evaluator.BestFixed)
            {
                node[name + "_crops"] = row.Crops;
            }

            if (evaluation.Intervals.TryGetValue(name, out var interval))
            {
                node[$"flash_minus_{name}_db_ci95"] = new JsonArray(interval.Low, interval.High);
            }
        }

        return node;
    }

    private static void AddRow(JsonObject node, string name, RowSummary row)
    {
        node[name + "_psnr_db"] = Finite(row.Psnr);
        node[name + "_ssim"] = Finite(row.Ssim);
        node[name + "_lsd_db"] = Finite(row.Lsd);
        if (row.Failed > 0)
        {
            node[name + "_failed"] = row.Failed;
        }
    }
}
