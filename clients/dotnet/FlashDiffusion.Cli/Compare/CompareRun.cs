using FlashDiffusion.Cli.Demo;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Cli.Reconstruction;
using FlashDiffusion.Cli.Serving;
using FlashDiffusion.Client;
using FlashDiffusion.Pictures.ContactSheets;
using FlashDiffusion.Pictures.Geometry;
using FlashDiffusion.V1;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Compare;

/// <summary>One degraded picture through several solvers, one after the other so that their times compare.</summary>
internal sealed class CompareRun(ServerSession server, IDisplay display, TimeProvider clock)
{
    private const int Columns = 4;

    public async Task<CompareFigures> RunAsync(CompareRequest request, CancellationToken cancellation)
    {
        var names = await SolverChoices.ResolveAsync(server.Client, request.Solvers, request.Operator.Name, cancellation).ConfigureAwait(false);
        var (forward, degraded) = await Degradation.MakeAsync(
            server.Client, request.Clean, request.Operator, request.Severity, server.Model, request.Reconstruction.Seed, cancellation).ConfigureAwait(false);
        display.Say($"degraded a {request.Clean.Width}x{request.Clean.Height} picture: {Lines.Describe(forward)}, seed {degraded.Seed}");
        var seen = Fit(degraded.Preview.ToPicture("degraded picture"), request.Clean);
        var cells = new List<ContactSheetCell>
        {
            new(request.Clean, "clean"),
            new(seen, "degraded", Quality.Of(request.Clean, seen).ToString()),
        };
        var rows = new List<SolverFigures>();
        double? severity = null;
        foreach (var (name, full) in names.SelectMany(name => request.Baseline ? new[] { (name, false), (name, true) } : [(name, false)]))
        {
            var reconstruction = request.Reconstruction.Clone();
            (reconstruction.Measurement, reconstruction.Operator) = (degraded.Measurement, forward);
            reconstruction.Solver = new SolverChoice { Name = name };
            reconstruction.Output = new OutputOptions { Format = PictureFormat.Tensor };
            if (full)
            {
                reconstruction.Adaptation = new Adaptation { Mode = AdaptationMode.Full };
            }

            var label = full ? $"{name} (full)" : name;
            var (figures, picture, predicted) = await OneAsync(label, reconstruction, request.Clean, cancellation).ConfigureAwait(false);
            rows.Add(figures);
            severity ??= predicted;
            if (picture is not null)
            {
                cells.Add(new ContactSheetCell(picture, $"{label}: {figures.UnetForward} calls", figures.Result!.ToString()));
                PictureFile.Write(Path.Combine(request.OutputFolder, $"{(full ? $"{name}-full" : name)}.png"), picture);
            }
        }

        var result = new CompareFigures
        {
            Operator = Lines.Describe(forward),
            Severity = severity,
            Seed = degraded.Seed,
            Degraded = Quality.Of(request.Clean, seen),
            Solvers = rows,
        };
        Write(request.OutputFolder, result, cells);
        display.Show(CompareTable.Create(result));
        display.Say($"written to {request.OutputFolder}: contact-sheet.png, figures.json and a picture for each solver");
        return result;
    }

    private async Task<(SolverFigures Figures, Picture? Picture, double? Severity)> OneAsync(
        string label, ReconstructRequest request, Picture clean, CancellationToken cancellation)
    {
        try
        {
            var outcome = await display.TrackManyAsync(
                begin => ReconstructionRun.RunAsync(server.Client, request, begin(label), clock, cancellation)).ConfigureAwait(false);
            var picture = outcome.Result.Picture.ToPicture("result");
            return (SolverFigures.Of(label, outcome, Quality.Of(clean, picture)), picture, outcome.Accepted.HasSeverity ? outcome.Accepted.Severity : null);
        }
        catch (FlashException failure) when (ExitCode.Of(failure) is not (ExitCode.Unavailable or ExitCode.Busy))
        {
            // The others may fare better.
            display.Say($"{label}: {failure.Message}");
            return (new SolverFigures { Solver = label, Error = failure.Message }, null, null);
        }
    }

    private static Picture Fit(Picture picture, Picture like) =>
        picture.Width == like.Width && picture.Height == like.Height ? picture : picture.Resize(like.Width, like.Height);

    private static void Write(string folder, CompareFigures figures, IReadOnlyList<ContactSheetCell> cells)
    {
        var sheet = new ContactSheet
        {
            Title = $"{figures.Operator}, seed {figures.Seed}",
            Rows = [.. cells.Chunk(Columns).Select(row => new ContactSheetRow(row))],
            CellSide = 256,
        };
        PictureFile.Write(Path.Combine(folder, "contact-sheet.png"), sheet.Draw());
        File.WriteAllText(Path.Combine(folder, "figures.json"), CompareJson.Write(figures));
    }
}
