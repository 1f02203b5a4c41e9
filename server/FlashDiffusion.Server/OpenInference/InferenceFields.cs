using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Says in the words of the Open Inference Protocol where the native API found something wrong.</summary>
internal static class InferenceFields
{
    public static ServerError Translate(ServerError error, InferenceCall call)
    {
        if (error.Violations.IsEmpty)
        {
            return error;
        }

        var violations = error.Violations.Select(violation => violation with { Field = FieldOf(violation.Field, call) }).ToList();
        return error with
        {
            Violations = [.. violations],
            Message = string.Join(' ', violations.Select(violation => $"{violation.Field}: {violation.Description}")),
        };
    }

    private static string FieldOf(string field, InferenceCall call) => field switch
    {
        "model" or "solver.name" => "model_name",
        "model_version" => field,
        "operator" or "operator.name" => "parameters[operator]",
        _ when Under(field, "measurement", InferenceNames.Measurement, call) is { } input => input,
        _ when Under(field, "operator.mask", InferenceNames.Mask, call) is { } input => input,
        _ when Under(field, "operator.kernel", InferenceNames.Kernel, call) is { } input => input,
        _ when After(field, "operator.picture_size.") is { } side => $"parameters[picture_{side}]",
        _ when After(field, "operator.parameters.") is { } name => $"parameters[operator.{name}]",
        _ when After(field, "solver.parameters.") is { } name => $"parameters[solver.{name}]",
        // A token that was made for another value says it so.
        _ when After(field, "solver.parameters[") is { } name => $"parameters[solver.{name}",
        "sampling" => "parameters[sampler]",
        "adaptation.severity" => "parameters[severity_override]",
        "progress.every_steps" => "parameters[preview_every]",
        "progress.checkpoint_every_steps" => $"parameters[{InferenceNames.CheckpointEvery}]",
        "resume_from.token" => $"parameters[{InferenceNames.Resume}]",
        "scheduling.max_network_calls" => "parameters[max_nfe]",
        "scheduling.queue_timeout" => "parameters[timeout]",
        _ => $"parameters[{field[(field.LastIndexOf('.') + 1)..]}]",
    };

    private static string? Under(string field, string prefix, string input, InferenceCall call)
    {
        if (field != prefix && After(field, prefix + ".") is null)
        {
            return null;
        }

        var place = call.Inputs.TryGetValue(input, out var index) ? $"inputs[{index}]" : "inputs";
        return (After(field, prefix + ".tensor.") ?? After(field, prefix + ".")) switch
        {
            null or "encoded" => place,
            "data_type" => place + ".datatype",
            var part => $"{place}.{part}",
        };
    }

    private static string? After(string field, string prefix) => field.StartsWith(prefix, StringComparison.Ordinal) ? field[prefix.Length..] : null;
}
