using System.Runtime.InteropServices;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.Metrics;

namespace FlashDiffusion.EndToEnd.Tests.Reconstructions;

[Collection(ServerCollection.Name)]
public sealed class ReconstructTests(SharedServer shared)
{
    private RunningServer Server => shared.Server;

    [Fact]
    public async Task Reconstruct_Auto_StreamsSeverityThenProgressThenPicture()
    {
        var request = await Requests.BlurredAsync(Server);
        request.Sampling = null;
        request.Adaptation = new V1.Adaptation { SeverityMultiplier = 0.1 };
        request.Progress = new V1.ProgressOptions { EverySteps = 4, IncludeLatent = true };

        var events = await Requests.ReconstructAsync(Server, request);

        var accepted = events[0].Accepted;
        Assert.True(accepted.Severity > 0);
        Assert.Equal(("AUTO", "starter", "latent_dps", 3ul), (accepted.Adaptation, accepted.Model, accepted.Solver, accepted.Seed));
        Assert.Equal(accepted.StartTimestep + 1, accepted.TotalSteps);
        Assert.InRange(accepted.TotalSteps, 1, 999);
        // But for those that say only that it lives.
        var progress = events[1..^1].ConvertAll(answer => answer.Progress).FindAll(step => step.Latent is not null);
        Assert.All(progress, step => Assert.True(step.Step % 4 == 0 || step.Step == accepted.TotalSteps));
        Assert.Equal((accepted.TotalSteps + 3) / 4, progress.Count + progress[^1].Skipped);
        Assert.Equal(progress.Select(step => step.Step).Order(), progress.Select(step => step.Step));
        Assert.All(progress, step => Assert.Equal(accepted.StartTimestep - step.Step + 1, step.Timestep));
        Assert.All(progress, step => Assert.Equal(step.Latent.Shape.Aggregate(4L, (bytes, side) => bytes * side), step.Latent.Data.Length));
        Assert.Equal(events.Select((_, i) => (ulong)i), events.Select(answer => answer.Sequence));
        var result = events[^1].Result;
        Assert.Equal((accepted.TotalSteps, accepted.TotalSteps, 1, 1000), (result.Cost.Steps, result.Cost.UnetForward, result.Cost.SeverityEncoder, result.Cost.FullSteps));
        Assert.True(PictureCodec.Decode(result.Picture.Encoded.Span).TryGet(out var picture, out _));
        Assert.Equal((64, 64), (picture.Height, picture.Width));
    }

    [Fact]
    public async Task Reconstruct_BlurredPhotograph_ComesCloserToTheTruth()
    {
        var degraded = await Server.Reconstruction.DegradeAsync(
            new V1.DegradeRequest { Picture = Requests.Photograph(), Operator = Requests.Blur(2), Seed = 5 }, Requests.Call);
        var request = await Requests.BlurredAsync(Server);
        request.Measurement = degraded.Measurement;
        request.Operator = Requests.Blur(2);
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor };

        var events = await Requests.ReconstructAsync(Server, request);

        var truth = PictureOf(degraded.Clean);
        var before = PictureMetrics.Psnr(truth, PictureOf(degraded.Measurement));
        var after = PictureMetrics.Psnr(truth, PictureOf(events[^1].Result.Picture));
        Assert.True(after > before, $"The degraded picture has {before:F2} dB, its reconstruction {after:F2} dB.");
    }

    [Fact]
    public async Task Reconstruct_SameSeed_GivesTheSamePicture()
    {
        var request = await Requests.BlurredAsync(Server);
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor, IncludeLatent = true };

        var first = (await Requests.ReconstructAsync(Server, request))[^1].Result;
        var second = (await Requests.ReconstructAsync(Server, request))[^1].Result;

        Assert.All(Floats(first.Picture.Tensor).Zip(Floats(second.Picture.Tensor)), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        Assert.Equal(first.Latent.Shape, second.Latent.Shape);
    }

    [Fact]
    public async Task Reconstruct_AnySize_ComesBackInThatSizeWithWhatWasAskedFor()
    {
        var request = await Requests.BlurredAsync(Server, 50, 70);
        request.Sampling.DdimSteps = 10;
        request.Progress = new V1.ProgressOptions
        {
            EverySteps = 1, IncludeLatent = true, LatentDataType = V1.DataType.Float16, Preview = V1.PreviewKind.Decoded,
            PreviewFormat = V1.PictureFormat.Webp, PreviewSize = 35, IncludeDecodedMean = true,
        };
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Png16, IncludeLatent = true };

        var events = await Requests.ReconstructAsync(Server, request);

        Assert.Equal((50, 70), SizeOf(events[0].Accepted.DecodedMean));
        var progress = events[1].Progress;
        Assert.Equal((25, 35), SizeOf(progress.Preview));
        Assert.Equal(V1.DataType.Float16, progress.Latent.DataType);
        Assert.Equal(progress.Latent.Shape.Aggregate(2L, (bytes, side) => bytes * side), progress.Latent.Data.Length);
        var result = events[^1].Result;
        Assert.Equal((50, 70), SizeOf(result.Picture));
        Assert.Equal(V1.DataType.Float32, result.Latent.DataType);
    }

    [Fact]
    public async Task Reconstruct_OperatorWithoutSeverityEncoder_FallsBackToFullAndSaysSo()
    {
        var request = await Requests.BlurredAsync(Server, 32, 32);
        request.Operator = new V1.ForwardOperator { Name = "super_resolution", NoiseStd = 0.05, Parameters = { ["scale"] = new V1.ParameterValue { Number = 2 } } };
        request.Sampling.DdimSteps = 4;

        var models = await Server.Catalog.ListModelsAsync(new V1.ListModelsRequest(), Requests.Call);
        var events = await Requests.ReconstructAsync(Server, request);

        var trained = models.Models.Single(model => model.Name == models.DefaultModel).SeverityEncoders.Any(encoder => encoder.Operator == "super_resolution");
        Assert.Equal(trained ? "AUTO" : "FULL", events[0].Accepted.Adaptation);
        Assert.Equal(trained, !events[0].Accepted.Notices.Any(notice => notice.Code.Contains("SEVERITY_ENCODER", StringComparison.Ordinal)));
        Assert.Equal((64, 64), SizeOf(events[^1].Result.Picture));
    }

    [Fact]
    public async Task EstimateSeverity_SameMeasurement_StartsWhereTheReconstructionDoes()
    {
        var request = await Requests.BlurredAsync(Server);
        request.Sampling = null;
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Auto };

        var severity = await Server.Reconstruction.EstimateSeverityAsync(
            new V1.EstimateSeverityRequest { Measurement = request.Measurement, Operator = request.Operator, IncludeLatent = true, IncludeDecodedMean = true },
            Requests.Call);
        using var call = Server.Reconstruction.Reconstruct(request, Requests.Call);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal(severity.Severity, call.ResponseStream.Current.Accepted.Severity, 1e-5);
        Assert.Equal(severity.StartTimestep, call.ResponseStream.Current.Accepted.StartTimestep);
        Assert.Equal((64, 64), SizeOf(severity.DecodedMean));
        Assert.Equal(3, severity.Latent.Shape.Count);
        call.Dispose();
        await Server.EventuallyAsync("flashdiffusion_slots_active", 0);
    }

    [Fact]
    public async Task Degrade_SameSeed_GivesTheSameUnclippedMeasurement()
    {
        var request = new V1.DegradeRequest { Picture = Requests.Photograph(80, 80), Crop = 64, Operator = new V1.ForwardOperator { Name = "denoising", NoiseStd = 0.4 }, Seed = 9 };

        var first = await Server.Reconstruction.DegradeAsync(request, Requests.Call);
        var second = await Server.Reconstruction.DegradeAsync(request, Requests.Call);
        request.Seed = 10;
        var other = await Server.Reconstruction.DegradeAsync(request, Requests.Call);

        Assert.Equal(first.Measurement.Tensor.Data, second.Measurement.Tensor.Data);
        Assert.NotEqual(first.Measurement.Tensor.Data, other.Measurement.Tensor.Data);
        Assert.Contains(Floats(first.Measurement.Tensor), value => value is < 0 or > 1);
        Assert.Equal((64, 64), SizeOf(first.Clean));
        Assert.Equal((64, 64), SizeOf(first.Preview));
    }

    private static float[] Floats(V1.Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray();

    private static Picture PictureOf(V1.Picture picture)
    {
        if (picture.Tensor is { } tensor)
        {
            return Picture.FromPlanar((int)tensor.Shape[2], (int)tensor.Shape[1], Floats(tensor));
        }

        Assert.True(PictureCodec.Decode(picture.Encoded.Span).TryGet(out var decoded, out var refusal), refusal?.Message);
        return decoded;
    }

    private static (int Height, int Width) SizeOf(V1.Picture picture)
    {
        var read = PictureOf(picture);
        return (read.Height, read.Width);
    }
}
