using FlashDiffusion.Models.Operators.PhaseRetrieval;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators;

/// <summary>What differentiable operators without an adjoint must do, several rows of different parameters in one batch.</summary>
public sealed class NonlinearOperatorTests
{
    private static readonly PictureShape Picture = new(40, 32);

    private static readonly Dictionary<string, OperatorSpec[]> Batches = new()
    {
        ["hdr_clip"] = [OperatorBatches.Clip(2), OperatorBatches.Clip(1), OperatorBatches.Clip(5)],
        ["nonlinear_blur"] = [OperatorBatches.BlurLight(2, 2.2), OperatorBatches.BlurLight(0.4, 1), OperatorBatches.BlurLight(3, 4, 15)],
        ["phase_retrieval"] = [OperatorBatches.Magnitudes(PhaseRetrievalFamily.Signed), OperatorBatches.Magnitudes(PhaseRetrievalFamily.Unit)],
    };

    public static TheoryData<string> Names => [.. Batches.Keys];

    public NonlinearOperatorTests() => set_num_threads(1);

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_Differentiated_AgreesWithFiniteDifferences(string name)
    {
        using var scope = NewDisposeScope();
        using var op = Bind(Batches[name]);
        var x = Pictures(op.Rows, 3).requires_grad_(true);
        var probe = OperatorBatches.Normal(op.Forward(x).shape, 4);
        var direction = OperatorBatches.Normal(x.shape, 5);
        const float step = 1e-3f;

        var values = (op.Forward(x) * probe).flatten(1).sum(1);
        var gradient = autograd.grad([values], [x], [ones_like(values)])[0];
        var derivative = (gradient * direction).flatten(1).sum(1);

        // Differences elementwise first: the sums' own rounding would drown them.
        var (ahead, behind) = (op.Forward(x.detach() + (step * direction)), op.Forward(x.detach() - (step * direction)));
        var measured = ((ahead - behind).to(ScalarType.Float64) * probe).flatten(1).sum(1).to(ScalarType.Float32) / (2 * step);
        Assert.True(gradient.isfinite().all().item<bool>());
        for (var row = 0; row < op.Rows; row++)
        {
            var size = gradient[row].norm().item<float>() * direction[row].norm().item<float>();
            Assert.InRange(Math.Abs((derivative[row] - measured[row]).item<float>()), 0, 0.005f * size);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_RowAmongOthers_EqualsTheRowAlone(string name)
    {
        using var scope = NewDisposeScope();
        using var together = Bind(Batches[name]);
        var x = Pictures(together.Rows, 6);
        var all = together.Forward(x);
        for (var row = 0; row < together.Rows; row++)
        {
            using var alone = Bind([Batches[name][row]]);
            Assert.InRange((alone.Forward(x[row].unsqueeze(0))[0] - all[row]).abs().max().item<float>(), 0, 1e-5f);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Plan_OfEveryRow_AgreesWithTheBoundOperator(string name)
    {
        using var scope = NewDisposeScope();
        using var op = Bind(Batches[name]);
        var y = op.Forward(Pictures(op.Rows, 8));
        var plans = Batches[name].Select(spec => OperatorFamilies.Find(spec.Name)!.Plan(spec, Picture)).ToArray();
        Assert.Single(plans.Select(plan => plan.StructuralKey).Distinct());
        Assert.All(plans, plan => Assert.Equal(y.shape[1..], plan.MeasurementShape));
        Assert.All(plans, plan => Assert.Equal(y[0].numel(), plan.MeasurementCount));
        Assert.False(OperatorFamilies.Find(Batches[name][0].Name)!.Descriptor.IsLinear);
        Assert.IsNotAssignableFrom<ILinearForwardOperator>(op);
        Assert.Equal(Picture.Batch(op.Rows), op.ToImage(y).shape);
        Assert.Equal(0, (op.Consistent(y) - y).abs().max().item<float>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_FlatAndFarOutPictures_HasFiniteValuesAndGradients(string name)
    {
        using var scope = NewDisposeScope();
        using var op = Bind(Batches[name]);
        foreach (var level in new[] { -3f, -1f, 0f, 1f, 3f })
        {
            var x = full(Picture.Batch(op.Rows), level).requires_grad_(true);
            var y = op.Forward(x);
            var gradient = autograd.grad([y.sum()], [x])[0];
            Assert.True(y.isfinite().all().item<bool>() && gradient.isfinite().all().item<bool>(), $"at {level}");
        }
    }

    // Inside of [-1, 1], where a picture is: beyond it the gamma curve ends.
    private static Tensor Pictures(int rows, ulong seed) => OperatorBatches.Normal(Picture.Batch(rows), seed).tanh() * 0.95;

    private static IForwardOperator Bind(OperatorSpec[] rows) => OperatorFamilies.Find(rows[0].Name)!.Bind(rows, Picture, CPU);
}
