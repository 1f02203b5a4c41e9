using System.ComponentModel.DataAnnotations;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Engine.Configuration;

/// <summary>Options of the engine.</summary>
internal sealed class EngineOptions
{
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

    /// <summary>Other pieces of device work (severity estimates, degradations) that may wait at once.</summary>
    /// <value>The default value is 32.</value>
    [Range(1, 1_000_000)]
    public int MaximumWorkItems { get; set; } = 32;

    /// <summary>Largest number of samples that take a step together.</summary>
    /// <value>The default value is 8.</value>
    [Range(1, 1024)]
    public int MaximumBatch { get; set; } = 8;

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
