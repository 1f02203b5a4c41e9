using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Answers;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads what is streamed and what the result carries.</summary>
internal static class ProgressReader
{
    private const int SmallestPreview = 16;
    private const int LargestPreview = 1024;

    public static ProgressOptions Read(V1.ProgressOptions? message, RequestProblems problems)
    {
        message ??= new V1.ProgressOptions();
        if (message.EverySteps < 0)
        {
            problems.Add("progress.every_steps", $"It must be 0 (about twenty events) or more, but is {message.EverySteps}.");
        }

        if (message.CheckpointEverySteps < 0)
        {
            problems.Add("progress.checkpoint_every_steps", $"It must be 0 (no checkpoints) or more, but is {message.CheckpointEverySteps}.");
        }

        if (message.Preview is not (V1.PreviewKind.Unspecified or V1.PreviewKind.None or V1.PreviewKind.Cheap or V1.PreviewKind.Decoded))
        {
            problems.Add("progress.preview", $"There is no kind of preview {(int)message.Preview}.");
        }

        return new ProgressOptions
        {
            EverySteps = Math.Max(0, message.EverySteps),
            CheckpointEverySteps = Math.Max(0, message.CheckpointEverySteps),
            IncludeLatent = message.IncludeLatent,
            IncludeDecodedMean = message.IncludeDecodedMean,
            Preview = message.Preview switch
            {
                V1.PreviewKind.Cheap => PreviewMode.Cheap,
                V1.PreviewKind.Decoded => PreviewMode.Decoded,
                _ => PreviewMode.None,
            },
        };
    }

    public static AnswerFormat ReadFormat(V1.ProgressOptions? progress, V1.OutputOptions? output, RequestProblems problems)
    {
        progress ??= new V1.ProgressOptions();
        output ??= new V1.OutputOptions();
        if (progress.LatentDataType is not (V1.DataType.Unspecified or V1.DataType.Float32 or V1.DataType.Float16))
        {
            problems.Add("progress.latent_data_type", "Latents are DATA_TYPE_FLOAT32 or DATA_TYPE_FLOAT16.");
        }

        if (progress.PreviewSize is not 0 and (< SmallestPreview or > LargestPreview))
        {
            problems.Add("progress.preview_size", $"It must be 0 (as they come) or {SmallestPreview} to {LargestPreview} pixels, but is {progress.PreviewSize}.");
        }

        CheckFormat("progress.preview_format", progress.PreviewFormat, problems);
        CheckFormat("output.format", output.Format, problems);
        return new AnswerFormat
        {
            LatentDataType = progress.LatentDataType == V1.DataType.Float16 ? V1.DataType.Float16 : V1.DataType.Float32,
            PreviewFormat = progress.PreviewFormat == V1.PictureFormat.Unspecified ? V1.PictureFormat.Jpeg : progress.PreviewFormat,
            PreviewSize = progress.PreviewSize,
            ResultFormat = output.Format == V1.PictureFormat.Unspecified ? V1.PictureFormat.Png : output.Format,
        };
    }

    private static void CheckFormat(string field, V1.PictureFormat format, RequestProblems problems)
    {
        if (!Enum.IsDefined(format))
        {
            problems.Add(field, $"There is no picture format {(int)format}.");
        }
    }
}
