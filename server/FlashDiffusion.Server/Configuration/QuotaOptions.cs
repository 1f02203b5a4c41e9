using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Quotas</c>: what one authenticated caller may have; without authentication all callers together. 0 sets no bound.</summary>
internal sealed class QuotaOptions
{
    public const string Section = "Quotas";

    /// <summary>Reconstructions under way at once.</summary>
    /// <value>0.</value>
    [Range(0, 1_000_000)]
    public int Concurrent { get; set; }

    /// <summary>Reconstructions, severity estimates and degradations a second, on average.</summary>
    /// <value>0.</value>
    [Range(0, 1_000_000)]
    public double RequestsPerSecond { get; set; }

    /// <summary>How many of them may come at once after a pause.</summary>
    /// <value>20.</value>
    [Range(1, 1_000_000)]
    public int RequestBurst { get; set; } = 20;

    /// <summary>
    /// Steps a second, on average: a reconstruction takes what its plan needs when it is planned, also if that is more than is left, and the next one waits; what a plan is shortened by while it runs is given back. Until
    /// it is planned an estimate is set aside: what it asks for, or a tenth of the schedule where its severity chooses the start.
    /// </summary>
    /// <value>0.</value>
    [Range(0, 1_000_000)]
    public double StepsPerSecond { get; set; }

    /// <summary>Steps that may be taken at once after a pause.</summary>
    /// <value>2000.</value>
    [Range(1, 1_000_000_000)]
    public int StepBurst { get; set; } = 2000;
}
