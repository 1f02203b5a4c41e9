using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// The memory that a warm-up needs at once. The kernel counts that of the whole process, so it matters whether anything else was under way: what others
/// take meanwhile is no row's.
/// </summary>
internal sealed class WarmUpPeak
{
    private readonly Func<bool> _isAlone;
    private readonly long? _before;

    private WarmUpPeak(Func<bool> isAlone)
    {
        _isAlone = isAlone;
        _before = ResidentPeak.Start();
    }

    /// <summary>Begins to measure.</summary>
    /// <param name="ledger">Sessions, before those of the warm-up enter.</param>
    /// <param name="work">What else runs.</param>
    /// <param name="rows">Sessions of the warm-up.</param>
    public static WarmUpPeak Begin(SessionLedger ledger, ShortWork work, int rows)
    {
        var (accepted, begun, wasIdle) = (ledger.Accepted, work.Begun, ledger.Active == 0 && work.Active == 0);
        return new WarmUpPeak(() => wasIdle && ledger.Accepted <= accepted + rows && work.Begun == begun);
    }

    /// <summary>Ends it.</summary>
    /// <returns>Bytes held at most beyond those before, and whether nothing else can have taken any; null if that can't be measured, or nothing was needed.</returns>
    public (long Bytes, bool IsAlone)? End() => _before is { } before && ResidentPeak.Peak() is { } peak && peak > before ? (peak - before, _isAlone()) : null;

    /// <summary>Has a device know what a step of the solver that was warmed up takes. Runs on its thread.</summary>
    /// <param name="loop">The device.</param>
    /// <param name="request">What was warmed up.</param>
    /// <param name="rows">Sessions of the warm-up.</param>
    /// <param name="bytes">Bytes that they held at most.</param>
    /// <param name="alone">Whether nothing else can have taken any of them.</param>
    /// <returns>Nothing; work on a device's thread makes something.</returns>
    public static string Keep(DeviceLoop loop, ReconstructionRequest request, int rows, long bytes, bool alone)
    {
        var (model, working) = (LaneTiming.NameOf(request.Model.Model), request.Model.WorkingShape(request.Picture));
        var solver = LaneTiming.NameOf(request.Solver);
        foreach (var key in loop.Times.Keys.Where(key => key.Stage == Stage.Step && key.Model == model && key.Runner == solver && key.Working == working).ToArray())
        {
            loop.Memory.Measured(key, rows, bytes, alone);
        }

        return "";
    }
}
