using System.ComponentModel.DataAnnotations;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Configuration;

/// <summary>Options of the engine.</summary>
internal sealed class EngineOptions
{
    /// <summary>Most rows that <see cref="MaximumBatch"/> may name.</summary>
    public const int LargestBatch = 1024;

    /// <summary>Where the networks run, as torch names devices.</summary>
    /// <value>The default value is <c>cpu</c>.</value>
    [Required]
    public string Device { get; set; } = "cpu";

    /// <summary>Threads that torch uses for one operation; 0 leaves torch's own choice.</summary>
    /// <value>The default value is 0.</value>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Reconstructions that may be accepted and unfinished at once; one more is refused at once.</summary>
    /// <value>The default value is 64.</value>
    [Range(1, 1_000_000)]
    public int MaximumSessions { get; set; } = 64;

    /// <summary>
    /// Who of a lane goes first when not all fit into a batch: <c>first_come</c>, <c>shortest_remaining</c> or <c>earliest_deadline</c>.
    /// Work that would otherwise miss a deadline goes first under each of them.
    /// </summary>
    /// <value>The default value is <c>shortest_remaining</c>.</value>
    [AllowedValues(SchedulingPolicies.ShortestRemaining, SchedulingPolicies.FirstCome, SchedulingPolicies.EarliestDeadline)]
    public string Policy { get; set; } = SchedulingPolicies.ShortestRemaining;

    /// <summary>Seconds of work that a second of waiting outweighs under <c>shortest_remaining</c>; 0 lets mild pictures overtake for ever.</summary>
    /// <value>
    /// The default value is 0.3: of the rates tried at a load of 0.8 it is the one with the shortest 99th percentile, below that of first come, and the milder half
    /// still waits a sixth of what it does there (benchmark <c>ageing</c>).
    /// </value>
    [Range(0, 1e6)]
    public double Ageing { get; set; } = 0.3;

    /// <summary>
    /// Whether callers share batches, turns and places equally, whatever each of them has under way; if not, each request counts for itself. With one
    /// caller, as without authentication, it makes no difference.
    /// </summary>
    /// <value>The default value is true.</value>
    public bool FairShare { get; set; } = true;

    /// <summary>Seconds that a request may wait for its first step before it is refused; 0 for ever. A request may say less or more.</summary>
    /// <value>The default value is 0.</value>
    [Range(0, 1e6)]
    public double QueueSeconds { get; set; }

    /// <summary>Other pieces of device work (severity estimates, degradations) that may wait at once.</summary>
    /// <value>The default value is 32.</value>
    [Range(1, 1_000_000)]
    public int MaximumWorkItems { get; set; } = 32;

    /// <summary>
    /// Largest number of samples that take a step together; how many do follows from the step times measured so far and from the memory.
    /// </summary>
    /// <value>The default value is 32.</value>
    [Range(1, LargestBatch)]
    public int MaximumBatch { get; set; } = 32;

    /// <summary>
    /// Memory that one device may use for the rows of a step, in bytes; 0 for three quarters of what the process may have, shared by the workers
    /// on the processor.
    /// </summary>
    /// <value>The default value is 0.</value>
    [Range(0, long.MaxValue)]
    public long MemoryBytes { get; set; }

    /// <summary>
    /// File in which the server keeps what it measured, relative to the current directory: step times by batch size, so that batches, ETAs and promises are
    /// right from its first request on. Written once a minute and at the end, if there is something new. It counts for the same version, devices, threads,
    /// processor, precision and weights only. <c>none</c> keeps nothing.
    /// </summary>
    /// <value>
    /// The default value is empty: <c>step-times.json</c> in the first folder of <c>STATE_DIRECTORY</c>, which systemd sets for a service with a
    /// <c>StateDirectory=</c>; where there is no such folder nothing is kept.
    /// </value>
    public string CurveFile { get; set; } = "";

    /// <summary>
    /// Rows of the fixed shape in which exact requests are computed, at every step and decode; unused ones are padded. Results are equal
    /// bit for bit between servers only where it is equal, as threads and the processor's instruction set must be. The server sets it to 1 at
    /// its start where a fixed shape turns out not to suffice.
    /// </summary>
    /// <value>The default value is 4.</value>
    [Range(1, 64)]
    public int ExactBatch { get; set; } = 4;

    /// <summary>Compute mode of requests that name none.</summary>
    /// <value>The default value is <see cref="ComputeMode.Fast"/>.</value>
    public ComputeMode Mode { get; set; } = ComputeMode.Fast;

    /// <summary>
    /// Seconds that one call of a solver, an operator or a network may take, on a device's thread (a step, a plan, a binding, a look, a decode) or where a
    /// request is checked (a plan). One that takes longer hangs: its thread is given up, its reconstructions end with a resume token, what hung is called
    /// no more, and a fresh thread goes on with everything else; 0 waits for ever.
    /// </summary>
    /// <value>The default value is 300.</value>
    [Range(0, 1e6)]
    public double StepLimitSeconds { get; set; } = 300;

    /// <summary>
    /// Numbers that the networks of a step compute with: <c>Float32</c>, or <c>BFloat16</c>, which is faster where the processor has it and costs
    /// a little quality. Severity, the last decode and official mode are always float32.
    /// </summary>
    /// <value>The default value is <see cref="NetworkPrecision.Float32"/>.</value>
    public NetworkPrecision Precision { get; set; } = NetworkPrecision.Float32;

    /// <summary>
    /// Share by which an estimate may be too low before a deadline that was promised is missed; what is promised beside it is planned with it too.
    /// </summary>
    /// <value>The default value is 0.1.</value>
    [Range(0, 10)]
    public double DeadlineMargin { get; set; } = 0.1;

    /// <summary>
    /// Where a budget leaves n of N steps, strengths that every step applies (guidance scales) are multiplied by (N/n) to this power: 0
    /// leaves each step as it was, 1 leaves their sum.
    /// </summary>
    /// <value>The default value is null: what was tuned for the model, the operator and the solver (their preset), or 0.</value>
    [Range(-1, 1)]
    public double? GuidanceExponent { get; set; }

    /// <summary>Rows of the fixed shape in which severity is computed; unused rows are padded, so that companions never change a severity.</summary>
    /// <value>The default value is 2.</value>
    [Range(1, 64)]
    public int SeverityBatch { get; set; } = 2;

    /// <summary>What AUTO does when the predicted severity is unreliable, unless the request says.</summary>
    /// <value>The default value is <see cref="SeverityPolicy.Widen"/>.</value>
    public SeverityPolicy SeverityPolicy { get; set; } = SeverityPolicy.Widen;

    /// <summary>
    /// Error of a decoded mean that is ordinary for the model, as a standard deviation on [0, 1]: it widens the upper bound within
    /// which the residual of the decoded mean agrees with the severity.
    /// </summary>
    /// <value>
    /// The default value is 0.13: the largest that explained a true residual of a first starter model, over 60 validation crops and 13
    /// degradations of three kinds, was 0.118.
    /// </value>
    [Range(0, 1)]
    public double DecodedMeanErrorStd { get; set; } = 0.13;
}
