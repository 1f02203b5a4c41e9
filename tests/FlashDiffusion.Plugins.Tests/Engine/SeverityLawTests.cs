using System.Collections.Frozen;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Plugins.Tests.Golden;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Noise;
using FlashDiffusion.Testing;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>Law: companions at admission never change a severity, not even its last bit, since that could move a start index.</summary>
public sealed class SeverityLawTests : IDisposable
{
    private static readonly PictureShape Shape = new(30, 32);

    private readonly LatentDiffusionModel _model = TinyModel.Create();
    private readonly SeverityEncoderNetwork _network = NetworkFactory.SeverityEncoder(NetworkConfig.Of(TinyModel.FirstStage));
    private readonly UnscaledSeverityEncoder _encoder;

    public SeverityLawTests()
    {
        FormulaWeights.Fill(_network, seedPrefix: "sevenc|");
        NetworkInitialization.Freeze(_network);
        _encoder = new UnscaledSeverityEncoder(_network);
    }

    public void Dispose()
    {
        _network.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Run_AnyCompanionsInAnyRow_GivesTheSameBits()
    {
        var alone = Look(1)[0];
        Assert.NotEqual(alone.Severity, Look(2)[0].Severity);
        foreach (var seeds in new ulong[][] { [1, 2], [2, 1], [1, 1], [3, 1] })
        {
            var row = Array.IndexOf(seeds, 1UL);
            var together = Look(seeds)[row];
            Assert.Equal(alone.Severity, together.Severity);
            Assert.Equal(alone.Residual, together.Residual);
            Assert.Equal(alone.Mean, together.Mean);
        }
    }

    private List<(float Severity, double? Residual, float[] Mean)> Look(params ulong[] seeds)
    {
        var looks = new List<(float, double?, float[])>();
        var guard = new CallGuard(TimeProvider.System);
        var stage = new SeverityStage(2, new BoundOperators(guard), guard);
        var probes = seeds.Select(seed => Probe(seed, looks)).ToArray();
        stage.Run(probes, () => { });
        foreach (var probe in probes)
        {
            probe.Measurement.Dispose();
        }

        return looks;
    }

    private SeverityProbe Probe(ulong seed, List<(float, double?, float[])> looks)
    {
        var family = OperatorFamilies.Find("gaussian_blur")!;
        var std = new Dictionary<string, ParameterValue> { ["std"] = ParameterValue.Of(0.5 + (0.4 * seed)) };
        var values = new float[Shape.Elements];
        new CounterNoise(seed).FillUniform(NoisePurpose.Degrade, 0, 0, values);
        var served = new ServedModel(_model, FrozenDictionary<string, ISeverityEncoder>.Empty);
        var piece = Workpiece.Of(
            served,
            new OperatorRequest(family, new OperatorSpec("gaussian_blur", ParameterSet.Resolve(family.Descriptor.Parameters, std, "operator", [])), 0.1),
            HostTensor.Picture(values, Shape),
            Shape);
        return new SeverityProbe
        {
            Id = (long)seed,
            AcceptedAt = 0,
            Model = served,
            Encoder = _encoder,
            Piece = piece,
            Measurement = HostCopies.ToDevice(piece.Measurement, _model.Device),
            Verdict = () => null,
            Failed = failure => throw new InvalidOperationException(failure.Message, failure.Cause),
            Stranded = failure => throw new InvalidOperationException(failure.Message, failure.Cause),
            Buried = () => { },
            Done = result =>
            {
                looks.Add((result.Look.Severity, result.Look.MeanResidual, HostCopies.ToHost(result.Mean).Values));
                result.Mean.Dispose();
            },
        };
    }
}
