using System.Text.Json.Nodes;
using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Google.Protobuf;

namespace FlashDiffusion.Cli.Json;

/// <summary>Messages of the contract as JSON for scripts: the names of the protos, without pixels and latents.</summary>
internal static class ContractJson
{
    // As protobuf's JSON: 64-bit integers, such as seeds, are strings.
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(true));

    public static JsonObject Of(IMessage message) => JsonNode.Parse(Formatter.Format(message))!.AsObject();

    public static JsonObject Of(Accepted accepted)
    {
        var slim = accepted.Clone();
        (slim.DecodedMean, slim.Checkpoint) = (null, null);
        return Of((IMessage)slim);
    }

    public static JsonObject Of(Progress progress)
    {
        var slim = progress.Clone();
        (slim.Latent, slim.Preview, slim.Checkpoint) = (null, null, null);
        return Of((IMessage)slim);
    }

    public static JsonObject Of(Result result)
    {
        var slim = result.Clone();
        (slim.Picture, slim.Latent) = (null, null);
        return Of((IMessage)slim);
    }

    public static JsonObject Of(ReconstructionResumed resumed) => new()
    {
        ["server"] = resumed.Server.ToString(),
        ["step"] = resumed.Step,
        ["exact"] = resumed.IsExact,
        ["reason"] = resumed.Reason,
        ["other_plan"] = resumed.HasOtherPlan,
        ["accepted"] = Of(resumed.Plan),
    };

    /// <summary>What went wrong, for a line among others that went well.</summary>
    public static JsonObject Of(Exception failure)
    {
        var error = new JsonObject { ["message"] = failure.Message, ["exit_code"] = ExitCode.Of(failure) };
        if (failure is FlashException flash)
        {
            error["code"] = flash.Code.ToString();
            error["reason"] = flash.Reason;
            error["problems"] = new JsonArray([.. flash.Problems.Select(problem => (JsonNode)new JsonObject { ["field"] = problem.Field, ["description"] = problem.Description })]);
        }

        return error;
    }
}
