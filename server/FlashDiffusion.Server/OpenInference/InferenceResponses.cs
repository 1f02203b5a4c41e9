using System.Globalization;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>
/// Turns events of a reconstruction into responses. Tensors are raw, since Triton's clients read nothing else; parameters are booleans,
/// whole numbers and texts, since KServe's clients know nothing else.
/// </summary>
internal sealed class InferenceResponses(InferenceReply reply)
{
    private readonly List<V1.Notice> _notices = [];
    private V1.Accepted? _accepted;

    // A deadline may take more away than was said at first.
    private int _totalSteps;

    /// <summary>What will be done goes into the parameters of every response.</summary>
    /// <returns>A response of its own if there is a checkpoint already, else null.</returns>
    public Inference.ModelInferResponse? Accept(V1.Accepted accepted)
    {
        (_accepted, _totalSteps) = (accepted, accepted.TotalSteps);
        _notices.AddRange(accepted.Notices);
        if (accepted.Checkpoint is not { } checkpoint)
        {
            return null;
        }

        var response = New(isFinal: false);
        Add(response, checkpoint);
        Add(response, "step", checkpoint.Step);
        return response;
    }

    /// <summary>Where it stands; null if the event has nothing to show.</summary>
    public Inference.ModelInferResponse? Progress(V1.Progress progress)
    {
        _totalSteps = progress.TotalSteps;
        if (progress is { Latent: null, Preview: null, Checkpoint: null })
        {
            return null;
        }

        var response = Alive(progress);
        Add(response, InferenceNames.Picture, progress.Preview?.Tensor);
        Add(response, InferenceNames.Latent, progress.Latent);
        Add(response, progress.Checkpoint);
        return response;
    }

    /// <summary>Where it stands, without outputs: a sign of life where there is nothing to show.</summary>
    public Inference.ModelInferResponse Alive(V1.Progress progress)
    {
        var response = New(isFinal: false);
        Add(response, "step", progress.Step);
        Add(response, "timestep", progress.Timestep);
        Add(response, "skipped", progress.Skipped);
        return response;
    }

    public Inference.ModelInferResponse Result(V1.Result result, bool isFinal)
    {
        _totalSteps = result.Cost.Steps;
        _notices.AddRange(result.Notices);
        var response = New(isFinal);
        Add(response, InferenceNames.Picture, reply.Outputs.Contains(InferenceNames.Picture) ? result.Picture.Tensor : null);
        Add(response, InferenceNames.Latent, result.Latent);
        Add(response, "step", result.Cost.Steps);
        Add(response, "unet_forward", result.Cost.UnetForward);
        Add(response, "unet_backward", result.Cost.UnetBackward);
        Add(response, "decoder_forward", result.Cost.DecoderForward);
        Add(response, "decoder_backward", result.Cost.DecoderBackward);
        if (result.HasResidual)
        {
            Add(response, "residual", result.Residual.ToString("R", CultureInfo.InvariantCulture));
        }

        return response;
    }

    /// <summary>The end of a request's responses, without outputs.</summary>
    public Inference.ModelInferResponse Final() => New(isFinal: true);

    /// <summary>Why there is no result, on a stream that goes on for others, with what a status would carry in its details.</summary>
    public Inference.ModelStreamInferResponse Error(ServerError error)
    {
        var response = New(isFinal: true);
        foreach (var (name, value) in error.Metadata)
        {
            Add(response, $"error_{name}", value);
        }

        Add(response, "error_code", (int)error.Code);
        Add(response, "error_reason", error.Reason);
        if (error.RetryAfter is { } wait)
        {
            Add(response, "error_retry_after_ms", (long)Math.Ceiling(wait.TotalMilliseconds));
        }

        if (!error.Violations.IsEmpty)
        {
            Add(response, "error_fields", string.Join(' ', error.Violations.Select(violation => violation.Field)));
        }

        return new Inference.ModelStreamInferResponse { ErrorMessage = error.Message, InferResponse = response };
    }

    private Inference.ModelInferResponse New(bool isFinal)
    {
        var response = new Inference.ModelInferResponse { ModelName = reply.ModelName, ModelVersion = _accepted?.ModelVersion ?? reply.ModelVersion, Id = reply.Id };
        response.Parameters[InferenceNames.FinalResponse] = new Inference.InferParameter { BoolParam = isFinal };
        if (_accepted is { } accepted)
        {
            Add(response, "solver", accepted.Solver);
            Add(response, "seed", accepted.Seed.ToString(CultureInfo.InvariantCulture));
            Add(response, "total_steps", _totalSteps);
            Add(response, "start_timestep", accepted.StartTimestep);
            response.Parameters["severity_reliable"] = new Inference.InferParameter { BoolParam = accepted.SeverityReliable };
            if (accepted.HasSeverity)
            {
                Add(response, "severity", accepted.Severity.ToString("R", CultureInfo.InvariantCulture));
            }

            if (accepted.Resumed is { } resumed)
            {
                Add(response, "resumed_step", resumed.Step);
                response.Parameters["resumed_exact"] = new Inference.InferParameter { BoolParam = resumed.Exact };
            }

            if (_notices.Count > 0)
            {
                Add(response, "notices", string.Join(' ', _notices.Select(notice => $"{notice.Code}: {notice.Message}")));
            }
        }

        return response;
    }

    private static void Add(Inference.ModelInferResponse response, string name, V1.Tensor? tensor)
    {
        if (tensor is null)
        {
            return;
        }

        var output = new Inference.ModelInferResponse.Types.InferOutputTensor { Name = name, Datatype = tensor.DataType == V1.DataType.Float16 ? "FP16" : "FP32" };
        output.Shape.AddRange(tensor.Shape);
        response.Outputs.Add(output);
        response.RawOutputContents.Add(tensor.Data);
    }

    // Its data are too many for a parameter, and its token is too few for a tensor that a client would have to take apart.
    private static void Add(Inference.ModelInferResponse response, V1.Checkpoint? checkpoint)
    {
        if (checkpoint is null)
        {
            return;
        }

        response.Outputs.Add(new Inference.ModelInferResponse.Types.InferOutputTensor { Name = InferenceNames.Checkpoint, Datatype = "UINT8", Shape = { checkpoint.Data.Length } });
        response.RawOutputContents.Add(checkpoint.Data);
        Add(response, InferenceNames.Resume, checkpoint.Token.ToBase64());
        Add(response, "checkpoint_step", checkpoint.Step);
        Add(response, "checkpoint_crc32", checkpoint.Crc32);
    }

    private static void Add(Inference.ModelInferResponse response, string name, long value) => response.Parameters[name] = new Inference.InferParameter { Int64Param = value };

    private static void Add(Inference.ModelInferResponse response, string name, string value) => response.Parameters[name] = new Inference.InferParameter { StringParam = value };
}
