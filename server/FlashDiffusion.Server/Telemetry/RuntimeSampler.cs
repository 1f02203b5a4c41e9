using OpenTelemetry.Trace;

namespace FlashDiffusion.Server.Telemetry;

/// <summary>Traces a share of the requests whose caller does not say whether it is traced; the share can be changed while the server runs.</summary>
internal sealed class RuntimeSampler : Sampler
{
    private volatile TraceIdRatioBasedSampler _sampler = new(1);
    private double _ratio = 1;

    /// <summary>Whether anything asks it.</summary>
    public bool IsInUse { get; set; }

    /// <summary>The share, 0 to 1.</summary>
    public double Ratio
    {
        get => Volatile.Read(ref _ratio);
        set
        {
            _sampler = new TraceIdRatioBasedSampler(value);
            Volatile.Write(ref _ratio, value);
        }
    }

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => _sampler.ShouldSample(samplingParameters);
}
