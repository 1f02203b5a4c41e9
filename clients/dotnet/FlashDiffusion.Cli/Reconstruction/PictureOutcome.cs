using System.Text.Json.Nodes;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Json;

namespace FlashDiffusion.Cli.Reconstruction;

/// <summary>What became of one picture of several.</summary>
/// <param name="Job">The picture.</param>
/// <param name="Outcome">The reconstruction; null if there is none.</param>
/// <param name="Failure">Why there is none.</param>
internal sealed record PictureOutcome(PictureJob Job, ReconstructionOutcome? Outcome, Exception? Failure)
{
    /// <summary>A line for people.</summary>
    public string Describe() => Outcome is { Result: var result }
        ? $"{Job.Output}: {Lines.Describe(result.Cost)}, {Lines.Describe(Outcome.Elapsed)}, seed {result.Seed}"
        : FailureOf(Job.Input.FullName, Failure?.Message.ReplaceLineEndings(" "));

    public JsonObject ToJson()
    {
        var value = new JsonObject { ["input"] = Job.Input.FullName, ["output"] = Outcome is null ? null : Job.Output };
        if (Outcome is null)
        {
            value["error"] = ContractJson.Of(Failure!);
            return value;
        }

        value["seconds"] = Outcome.Elapsed.TotalSeconds;
        value["accepted"] = ContractJson.Of(Outcome.Accepted);
        value["result"] = ContractJson.Of(Outcome.Result);
        return value;
    }

    // What fails to be read names its file itself.
    private static string FailureOf(string input, string? message) => message?.StartsWith(input, StringComparison.Ordinal) == true ? message : $"{input}: {message}";
}
