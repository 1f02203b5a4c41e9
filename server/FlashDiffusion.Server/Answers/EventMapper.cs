using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Requests;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Answers;

/// <summary>Turns events of a session into answers of the API.</summary>
internal sealed class EventMapper(MappedReconstruction mapped)
{
    public V1.Accepted Accepted(AcceptedEvent accepted)
    {
        var message = new V1.Accepted
        {
            SeverityReliable = accepted.SeverityReliable,
            StartTimestep = accepted.StartTimestep,
            TotalSteps = accepted.TotalSteps,
            StepsAhead = accepted.StepsAhead,
            Seed = accepted.Seed,
            Model = mapped.ModelName,
            ModelVersion = mapped.ModelVersion,
            Solver = mapped.Solver.Name,
            SolverVersion = mapped.Solver.Version,
            Operator = mapped.Operator,
            Adaptation = accepted.Adaptation.ToString().ToUpperInvariant(),
            Eta = accepted.Eta is { } eta ? Duration.FromTimeSpan(eta) : null,
            Resumed = mapped.Resumption,
            Checkpoint = accepted.Checkpoint is { } checkpoint ? mapped.Checkpoints?.Write(checkpoint) : null,
            DecodedMean = accepted.DecodedMean is { } mean ? PictureWriter.Write(PictureWriter.ToPicture(mean), V1.PictureFormat.Png) : null,
        };
        if (accepted.Cut is { } cut)
        {
            message.Cut = new V1.Cut
            {
                StepsWithout = cut.StepsWithout,
                Reason = cut.Reason == CutReason.Deadline ? V1.CutReason.Deadline : V1.CutReason.NetworkCalls,
                GuidanceFactor = cut.GuidanceFactor,
            };
        }

        if (accepted.Severity is { } severity)
        {
            message.Severity = severity;
        }

        if (accepted.MeanResidual is { } residual)
        {
            message.MeanResidual = residual;
        }

        message.Notices.AddRange(accepted.Notices.AddRange(mapped.Notices).Select(Notice));
        return message;
    }

    public V1.Progress Progress(ProgressEvent progress)
    {
        var format = mapped.Format;
        var message = new V1.Progress
        {
            Step = progress.Step,
            TotalSteps = progress.TotalSteps,
            Timestep = progress.Timestep,
            Skipped = progress.Skipped,
            Eta = progress.Eta is { } eta ? Duration.FromTimeSpan(eta) : null,
            Latent = progress.Latent is { } latent ? TensorWriter.Write(latent, format.LatentDataType) : null,
            Checkpoint = progress.Checkpoint is { } checkpoint ? mapped.Checkpoints?.Write(checkpoint) : null,
            Preview = progress.Preview is { } preview
                ? PictureWriter.Write(PictureWriter.Reduce(PictureWriter.ToPicture(preview), format.PreviewSize), format.PreviewFormat)
                : null,
        };
        if (progress.Residual is { } residual)
        {
            message.Residual = residual;
        }

        return message;
    }

    public V1.Result Result(ResultEvent result)
    {
        var message = new V1.Result
        {
            Picture = PictureWriter.Write(PictureWriter.ToPicture(result.Picture), mapped.Format.ResultFormat),
            Latent = result.Latent is { } latent ? TensorWriter.Write(latent) : null,
            Seed = result.Seed,
            Operator = mapped.Operator,
            Cost = Cost(result.Cost),
        };
        if (result.Residual is { } residual)
        {
            message.Residual = residual;
        }

        message.Notices.AddRange(result.Notices.Select(Notice));
        return message;
    }

    public static V1.Notice Notice(Notice notice) => new() { Code = notice.Code, Message = notice.Message };

    private static V1.Cost Cost(ReconstructionCost cost) => new()
    {
        Steps = cost.Steps,
        UnetForward = cost.Calls.UNetForward,
        UnetBackward = cost.Calls.UNetBackward,
        DecoderForward = cost.Calls.DecoderForward,
        DecoderBackward = cost.Calls.DecoderBackward,
        EncoderForward = cost.Calls.EncoderForward,
        SeverityEncoder = cost.SeverityEncoder,
        QueueTime = Duration.FromTimeSpan(cost.QueueTime),
        ComputeTime = Duration.FromTimeSpan(cost.ComputeTime),
        FullSteps = cost.FullSteps,
    };
}
