using System.Collections.Frozen;
using FlashDiffusion.Server.Requests;
using Google.Protobuf;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Reads a request of the Open Inference Protocol into one of the native API; what the native API checks is not checked here.</summary>
internal static class InferenceReader
{
    private static readonly FrozenSet<string> AllOutputs = new[] { InferenceNames.Picture, InferenceNames.Latent }.ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string> KnownOutputs = AllOutputs.Append(InferenceNames.Checkpoint).ToFrozenSet(StringComparer.Ordinal);

    /// <param name="message">The request.</param>
    /// <param name="streams">Whether its progress can be answered with.</param>
    public static Mapped<InferenceCall> Read(Inference.ModelInferRequest message, bool streams)
    {
        var problems = new RequestProblems();
        var name = ServedName.Parse(message.ModelName);
        var request = new V1.ReconstructRequest
        {
            Model = name.Model,
            ModelVersion = message.ModelVersion,
            Solver = new V1.SolverChoice { Name = name.Solver },
            Progress = new V1.ProgressOptions { PreviewFormat = V1.PictureFormat.Tensor },
            Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor },
        };
        if (name.Model.Length == 0)
        {
            problems.Add("model_name", "A model is required.");
        }

        InferenceReply.Check(message, problems);
        InferenceParameters.Read(message, request, problems);
        var inputs = ReadInputs(message, request, problems);
        InferenceResume.Check(message, request, streams, problems);
        var outputs = ReadOutputs(message, problems);
        request.Output.IncludeLatent = outputs.Contains(InferenceNames.Latent);
        if (streams)
        {
            request.Progress.IncludeLatent = request.Output.IncludeLatent;
        }
        else
        {
            // Nobody could see it.
            request.Progress = new V1.ProgressOptions { EverySteps = request.Progress.EverySteps < 0 ? request.Progress.EverySteps : int.MaxValue };
        }

        if (problems.Any)
        {
            return Mapped<InferenceCall>.Refused(problems.ToError());
        }

        var empty = message.Parameters.TryGetValue(InferenceNames.EmptyFinalResponse, out var wanted) && wanted.BoolParam;
        return Mapped<InferenceCall>.Of(new InferenceCall(request, inputs, InferenceReply.Of(message) with { Outputs = outputs, EmptyFinalResponse = empty }));
    }

    private static FrozenDictionary<string, int> ReadInputs(Inference.ModelInferRequest message, V1.ReconstructRequest request, RequestProblems problems)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        if (message.RawInputContents.Count > 0 && message.RawInputContents.Count != message.Inputs.Count)
        {
            problems.Add("raw_input_contents", $"There must be one element an input, but there are {message.RawInputContents.Count} for {message.Inputs.Count} inputs.");
            return numbers.ToFrozenDictionary();
        }

        for (var i = 0; i < message.Inputs.Count; i++)
        {
            var input = message.Inputs[i];
            if (!numbers.TryAdd(input.Name, i))
            {
                problems.Add($"inputs[{i}].name", $"'{input.Name}' is there twice.");
                continue;
            }

            TensorParameters.Check($"inputs[{i}].parameters", input.Parameters, InferenceNames.BinaryDataSize, "shared memory is", problems);
            switch (input.Name)
            {
                case InferenceNames.Measurement:
                    request.Measurement = InferenceInputs.Read(message, i, 3, problems);
                    break;
                case InferenceNames.Mask:
                    InferenceParameters.Operator(request).Mask = InferenceInputs.Read(message, i, 2, problems);
                    break;
                case InferenceNames.Kernel:
                    InferenceParameters.Operator(request).Kernel = InferenceInputs.Read(message, i, 2, problems)?.Tensor;
                    break;
                case InferenceNames.Checkpoint:
                    InferenceParameters.Resume(request).Checkpoint = InferenceInputs.ReadBytes(message, i, problems) ?? ByteString.Empty;
                    break;
                default:
                    problems.Add($"inputs[{i}].name", $"There is no input '{input.Name}'; there are {InferenceNames.Measurement}, for an operator that takes one {InferenceNames.Mask} or {InferenceNames.Kernel}, and to go on {InferenceNames.Checkpoint}.");
                    break;
            }
        }

        return numbers.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static FrozenSet<string> ReadOutputs(Inference.ModelInferRequest message, RequestProblems problems)
    {
        for (var i = 0; i < message.Outputs.Count; i++)
        {
            var output = message.Outputs[i];
            if (!KnownOutputs.Contains(output.Name))
            {
                problems.Add($"outputs[{i}].name", $"There is no output '{output.Name}'; there are {InferenceNames.Picture}, {InferenceNames.Latent} and, with the parameter {InferenceNames.CheckpointEvery}, {InferenceNames.Checkpoint}.");
            }

            TensorParameters.Check($"outputs[{i}].parameters", output.Parameters, InferenceNames.BinaryData, "shared memory and classification are", problems);
        }

        return message.Outputs.Count == 0 ? AllOutputs : message.Outputs.Select(output => output.Name).ToFrozenSet(StringComparer.Ordinal);
    }
}
