using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Cli.Reconstruction;
using FlashDiffusion.Cli.Serving;
using FlashDiffusion.Pictures.Geometry;
using FlashDiffusion.V1;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Demo;

/// <summary>The main job from a clean picture to figures: degrade, reconstruct, compare, write.</summary>
internal sealed class DemoRun(ServerSession server, IDisplay display, TimeProvider clock)
{
    private const int ShownIntermediates = 4;

    // From pure noise there are too many steps to take a preview of each.
    private const int FullCadence = 10;

    public async Task<DemoFigures> RunAsync(DemoRequest request, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var reconstruction = request.Reconstruction.Clone();
        var (forward, degraded) = await Degradation.MakeAsync(
            server.Client, request.Clean, request.Operator, request.Severity, server.Model, reconstruction.Seed, cancellation).ConfigureAwait(false);
        display.Say($"degraded a {request.Clean.Width}x{request.Clean.Height} picture: {Lines.Describe(forward)}, seed {degraded.Seed}");

        reconstruction.Measurement = degraded.Measurement;
        reconstruction.Operator = forward;
        reconstruction.Output = new OutputOptions { Format = PictureFormat.Tensor };
        reconstruction.Progress = new ProgressOptions
        {
            EverySteps = reconstruction.Adaptation.Mode == AdaptationMode.Full ? FullCadence : 1,
            Preview = PreviewKind.Cheap,
            PreviewFormat = PictureFormat.Png,
            IncludeDecodedMean = true,
        };
        var outcome = await display.TrackAsync(
            watcher => ReconstructionRun.RunAsync(server.Client, reconstruction, watcher, clock, cancellation)).ConfigureAwait(false);
        foreach (var notice in outcome.Notices)
        {
            display.Say($"note: {notice.Message}");
        }

        var pictures = Collect(request.Clean, degraded, outcome);
        var figures = DemoFigures.Of(Lines.Describe(forward), outcome, pictures);
        Write(request.OutputFolder, figures, pictures);
        display.Show(FiguresTable.Create(figures));
        display.Say(FiguresTable.Cost(figures, clock.GetElapsedTime(start)));
        display.Say($"written to {Path.GetFullPath(request.OutputFolder)}: result.png, degraded.png, clean.png, {(pictures.DecodedMean is null ? "" : "decoded-mean.png, ")}contact-sheet.png, figures.json");
        return figures;
    }

    private static DemoPictures Collect(Picture clean, DegradeResponse degraded, ReconstructionOutcome outcome)
    {
        var seen = degraded.Preview.ToPicture("degraded picture");
        var mean = outcome.Accepted.DecodedMean is { } message ? Fit(message.ToPicture("decoded mean"), clean) : null;
        var intermediates = Choose(outcome.Previews)
            .Select(progress => (progress.Step, Fit(progress.Preview.ToPicture("preview"), clean)))
            .ToArray();
        return new DemoPictures(clean, Fit(seen, clean), mean, intermediates, outcome.Result.Picture.ToPicture("result"));
    }

    /// <summary>A few, evenly spaced, neither the very first nor the last, which looks like the result.</summary>
    private static IEnumerable<Progress> Choose(IReadOnlyList<Progress> previews) => Enumerable.Range(0, ShownIntermediates)
        .Select(i => (int)((i + 0.5) * (previews.Count - 1) / ShownIntermediates))
        .Where(i => i >= 0 && i < previews.Count)
        .Distinct()
        .Select(i => previews[i]);

    /// <summary>Measurements of super-resolution and previews can be smaller than the picture.</summary>
    private static Picture Fit(Picture picture, Picture like) =>
        picture.Width == like.Width && picture.Height == like.Height ? picture : picture.Resize(like.Width, like.Height);

    private static void Write(string folder, DemoFigures figures, DemoPictures pictures)
    {
        PictureFile.Write(Path.Combine(folder, "clean.png"), pictures.Clean);
        PictureFile.Write(Path.Combine(folder, "degraded.png"), pictures.Degraded);
        PictureFile.Write(Path.Combine(folder, "result.png"), pictures.Result);
        PictureFile.Write(Path.Combine(folder, "contact-sheet.png"), DemoSheet.Draw(figures, pictures));
        if (pictures.DecodedMean is { } mean)
        {
            PictureFile.Write(Path.Combine(folder, "decoded-mean.png"), mean);
        }

        File.WriteAllText(Path.Combine(folder, "figures.json"), FiguresJson.Write(figures));
    }
}
