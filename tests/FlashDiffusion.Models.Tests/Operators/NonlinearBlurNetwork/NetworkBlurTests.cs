using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Networks.KernelWizard;
using FlashDiffusion.Models.Operators.Golden;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.NonlinearBlurNetwork;

public sealed class NetworkBlurTests : IDisposable
{
    private static readonly PictureShape Picture = new(40, 32);
    private readonly KernelWizardNetwork _network = KernelWizards.WithFormulaWeights();

    public NetworkBlurTests() => set_num_threads(1);

    [Fact]
    public void Forward_TwoRows_EqualThemselvesAloneAndDifferentiate()
    {
        using var scope = NewDisposeScope();
        OperatorSpec[] rows = [Spec(1.2, 1), Spec(0.5, 2)];
        using var op = Family.Bind(rows, Picture, CPU);
        var x = (OperatorBatches.Normal(Picture.Batch(2), 1) / 4).requires_grad_(true);
        var y = op.Forward(x);
        Assert.Equal(Picture.Batch(2), y.shape);
        using var alone = Family.Bind([rows[1]], Picture, CPU);
        Assert.InRange((alone.Forward(x[1].unsqueeze(0))[0] - y[1]).abs().max().item<float>(), 0, 1e-5f);

        var (probe, direction) = (OperatorBatches.Normal(y.shape, 2), OperatorBatches.Normal(x.shape, 3));
        var gradient = autograd.grad([(y * probe).sum()], [x])[0];
        const float step = 1e-3f;
        var difference = op.Forward(x.detach() + (step * direction)) - op.Forward(x.detach() - (step * direction));
        var measured = (difference.to(ScalarType.Float64) * probe).sum().item<double>() / (2 * step);
        Assert.InRange(measured - (gradient * direction).sum().item<float>(), -1, 1);
    }

    [Fact]
    public void Load_AFileWithTheUnneededPart_GivesTheSameNetwork()
    {
        var file = Path.Combine(Path.GetTempPath(), $"flash-kernel-wizard-{Guid.NewGuid():N}.safetensors");
        try
        {
            using (var scope = NewDisposeScope())
            {
                var state = _network.state_dict().Select(pair => KeyValuePair.Create(pair.Key, pair.Value)).ToList();
                state.Add(new("kernel_extractor.model.1.weight", zeros(2)));
                SafetensorsWriter.Write(file, state);
            }

            using var loaded = KernelWizardWeights.Load(file, CPU);
            using var inner = NewDisposeScope();
            var (x, code) = (OperatorBatches.Normal([1, 3, 128, 128], 1), OperatorBatches.Normal([1, KernelWizardNetwork.CodeChannels, 1, 1], 2));
            Assert.Equal(0, (_network.Forward(x, code) - loaded.Forward(x, code)).abs().max().item<float>());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Load_NoFile_SaysSo() => Assert.ThrowsAny<CheckpointException>(() => KernelWizardWeights.Load(Path.Combine(Path.GetTempPath(), "no-such.pth"), CPU));

    public void Dispose() => _network.Dispose();

    private NetworkBlurFamily Family => new(_ => _network);

    private OperatorSpec Spec(double std, ulong seed)
    {
        var parameters = ParameterSet.Resolve(
            Family.Descriptor.Parameters, new Dictionary<string, ParameterValue> { [NetworkBlurFamily.CodeStd] = ParameterValue.Of(std) }, "parameters", []);
        return new OperatorSpec(NetworkBlurFamily.Name, parameters) { Seed = seed };
    }
}
