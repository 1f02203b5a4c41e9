using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>What belongs together in a request that goes on, or that wants to be able to. Tokens and data are the native API's to check.</summary>
internal static class InferenceResume
{
    /// <param name="message">The request.</param>
    /// <param name="request">The same as far as it was read.</param>
    /// <param name="streams">Whether more than its result can be answered with.</param>
    /// <param name="problems">Receives what is missing.</param>
    public static void Check(Inference.ModelInferRequest message, V1.ReconstructRequest request, bool streams, RequestProblems problems)
    {
        var input = IndexOfCheckpoint(message);
        var hasToken = message.Parameters.ContainsKey(InferenceNames.Resume);
        if (hasToken && input < 0)
        {
            problems.Add("inputs", $"'{InferenceNames.Resume}' goes with the output '{InferenceNames.Checkpoint}' of the same response: send that as an input.");
        }

        if (!hasToken && input >= 0)
        {
            problems.Add($"inputs[{input}].name", $"'{InferenceNames.Checkpoint}' goes with the parameter '{InferenceNames.Resume}' of the same response: send that too.");
        }

        var exact = ParameterValueReader.FieldOf(InferenceNames.RequireExact);
        if (!hasToken && message.Parameters.ContainsKey(InferenceNames.RequireExact) && problems.Violations.All(known => known.Field != exact))
        {
            problems.Add(exact, $"It says how to go on, and there is no '{InferenceNames.Resume}' to go on from.");
        }

        if (!streams && request.Progress.CheckpointEverySteps != 0)
        {
            problems.Add(ParameterValueReader.FieldOf(InferenceNames.CheckpointEvery), "Checkpoints come while the picture is reconstructed: ModelStreamInfer answers with them, ModelInfer only with the result.");
        }
    }

    private static int IndexOfCheckpoint(Inference.ModelInferRequest message)
    {
        for (var i = 0; i < message.Inputs.Count; i++)
        {
            if (message.Inputs[i].Name == InferenceNames.Checkpoint)
            {
                return i;
            }
        }

        return -1;
    }
}
