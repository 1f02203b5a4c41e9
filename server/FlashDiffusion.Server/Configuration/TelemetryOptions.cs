using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Telemetry</c>. Where telemetry goes is said by the standard <c>OTEL_*</c> environment variables.</summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>Name of the service; <c>OTEL_SERVICE_NAME</c> wins.</summary>
    /// <value><c>flashdiffusion</c>.</value>
    [Required]
    public string ServiceName { get; set; } = "flashdiffusion";
}
