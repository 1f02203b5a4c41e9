using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Client;
using FlashDiffusion.Pictures.Geometry;
using FlashDiffusion.V1;
using Spectre.Console;
using Spectre.Console.Rendering;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Display;

/// <summary>The measurement and, beside it, what becomes of it, drawn into a terminal while it happens.</summary>
internal sealed class PreviewScreen : IReconstructionWatcher
{
    // Captions, the line of the plan (which may wrap) and the prompt.
    private const int OtherLines = 6;
    private readonly IAnsiConsole _console;
    private readonly LiveDisplayContext _live;
    private readonly Picture? _measurement;
    private Picture? _latest;
    private string _status = "waiting for the server";

    /// <param name="console">The terminal.</param>
    /// <param name="live">Its place.</param>
    /// <param name="measurement">What was sent; null if it is no picture.</param>
    public PreviewScreen(IAnsiConsole console, LiveDisplayContext live, Picture? measurement)
    {
        (_console, _live, _measurement) = (console, live, measurement);
        Draw();
    }

    public void Accepted(Accepted accepted) => Say(Lines.Describe(accepted), $"step 0 of {accepted.TotalSteps}");

    public void Stepped(StepReport report, V1.Progress progress)
    {
        _latest = progress.Preview is null ? _latest : progress.Preview.ToPicture("preview");
        _status = Lines.Describe(report);
        Draw();
    }

    public void Resumed(ReconstructionResumed resumed) => Say(Lines.Describe(resumed), _status);

    public void Ended()
    {
        // What was drawn last stays.
    }

    /// <summary>Draws the result.</summary>
    public void Finish(Picture result, string status)
    {
        (_latest, _status) = (result, status);
        Draw();
    }

    private void Say(string line, string status)
    {
        _console.WriteLine(line);
        _status = status;
        Draw();
    }

    private void Draw()
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap());
        grid.AddRow(Fit(_measurement), Fit(_latest));
        grid.AddRow(new Text(_measurement is null ? "" : "measurement"), new Text(_latest is null ? "" : "prediction"));
        _live.UpdateTarget(new Rows(grid, new Text(_status)));
    }

    /// <summary>As large as the terminal and small pictures allow.</summary>
    private IRenderable Fit(Picture? picture)
    {
        if (picture is null)
        {
            return new Text("");
        }

        var (width, height) = (Math.Max(8, (_console.Profile.Width / 2) - 3), Math.Max(8, 2 * (_console.Profile.Height - OtherLines)));
        var scale = Math.Min((double)width / picture.Width, (double)height / picture.Height);
        return new HalfBlockPicture(picture.Resize(Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale))));
    }
}
