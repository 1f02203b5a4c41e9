using FlashDiffusion.Noise;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators;

/// <summary>What every operator must do, for each family with several rows of different parameters in one batch.</summary>
public sealed class OperatorConformanceTests
{
    private const double DotProductTolerance = 1e-4;
    private static readonly PictureShape Picture = new(40, 32);

    public static TheoryData<string> Batches => [.. OperatorBatches.All.Keys];

    public OperatorConformanceTests() => set_num_threads(1);

    [Theory]
    [MemberData(nameof(Batches))]
    public void Adjoint_RandomVectors_PassesTheDotProductTest(string name)
    {
        using var scope = NewDisposeScope();
        using var op = Bind(name);
        var x = OperatorBatches.Normal(Picture.Batch(op.Rows), 1);
        var y = op.Forward(x);
        var v = OperatorBatches.Normal(y.shape, 2);
        var back = op.Adjoint(v);
        Assert.Equal(x.shape, back.shape);
        for (var row = 0; row < op.Rows; row++)
        {
            var forward = Dot(y[row], v[row]);
            var adjoint = Dot(x[row], back[row]);
            var size = Math.Sqrt(Dot(y[row], y[row]) * Dot(v[row], v[row]));
            Assert.True(Math.Abs(forward - adjoint) <= DotProductTolerance * size, $"row {row}: <Ax, v> = {forward} but <x, A^T v> = {adjoint}.");
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Forward_Differentiated_AgreesWithFiniteDifferencesAndTheAdjoint(string name)
    {
        using var scope = NewDisposeScope();
        using var op = Bind(name);
        var x = OperatorBatches.Normal(Picture.Batch(op.Rows), 3).requires_grad_(true);
        var target = OperatorBatches.Normal(op.Forward(x).shape, 4);
        var direction = OperatorBatches.Normal(x.shape, 5);
        Tensor Loss(Tensor at) => (op.Forward(at) - target).square().flatten(1).sum(1);

        var losses = Loss(x);
        var gradient = autograd.grad([losses], [x], [ones_like(losses)])[0];
        var exact = (2 * op.Adjoint(op.Forward(x.detach()) - target) * direction).flatten(1).sum(1);
        var derivative = (gradient * direction).flatten(1).sum(1);

        // The loss is quadratic, so central differences are exact but for rounding at any step.
        var (ahead, behind) = (Loss(x.detach() + (0.5 * direction)), Loss(x.detach() - (0.5 * direction)));
        Assert.True(allclose(derivative, ahead - behind, rtol: 1e-3, atol: 1e-2), $"{derivative.str()} against finite differences {(ahead - behind).str()}");
        Assert.True(allclose(derivative, exact, rtol: 1e-4, atol: 1e-2), $"{derivative.str()} against the adjoint's {exact.str()}");
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Forward_RowAmongOthers_EqualsTheRowAlone(string name)
    {
        using var scope = NewDisposeScope();
        using var together = Bind(name);
        var x = OperatorBatches.Normal(Picture.Batch(together.Rows), 6);
        var all = together.Forward(x);
        for (var row = 0; row < together.Rows; row++)
        {
            using var alone = OperatorBatches.Bind([OperatorBatches.All[name][row]], Picture);
            var difference = (alone.Forward(x[row].unsqueeze(0))[0] - all[row]).abs().max().item<float>();
            Assert.InRange(difference, 0, 1e-5f);
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void ToImage_OfAMeasurement_HasThePicturesShapeAndConsistentKeepsWhatAMakes(string name)
    {
        using var scope = NewDisposeScope();
        using var op = Bind(name);
        var y = op.Forward(OperatorBatches.Normal(Picture.Batch(op.Rows), 7));
        Assert.Equal(Picture.Batch(op.Rows), op.ToImage(y).shape);
        Assert.Equal(0, (op.Consistent(y) - y).abs().max().item<float>());
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Plan_OfEveryRow_AgreesWithTheBoundOperator(string name)
    {
        using var scope = NewDisposeScope();
        using var op = Bind(name);
        var y = op.Forward(OperatorBatches.Normal(Picture.Batch(op.Rows), 8));
        var plans = OperatorBatches.All[name].Select(spec => OperatorFamilies.Find(spec.Name)!.Plan(spec, Picture)).ToArray();
        Assert.All(plans, plan => Assert.Empty(plan.Violations));
        Assert.Single(plans.Select(plan => plan.StructuralKey).Distinct());
        Assert.All(plans, plan => Assert.Equal(y.shape[1..], plan.MeasurementShape));
        for (var row = 0; row < op.Rows; row++)
        {
            // A normal picture has no zeros but where the operator makes them.
            Assert.Equal(y[row].ne(0).sum().item<long>(), plans[row].MeasurementCount);
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Degrade_AnyFamily_AddsTwiceTheNoiseOfTheUnitRangeWhereValuesAreMeasured(string name)
    {
        using var scope = NewDisposeScope();
        using var op = Bind(name);
        var x = OperatorBatches.Normal(Picture.Batch(op.Rows), 9);
        var stds = Enumerable.Range(1, op.Rows).Select(row => 0.05 * row).ToArray();
        INoiseSource[] noise = [.. Enumerable.Range(0, op.Rows).Select(row => new CounterNoise((ulong)row + 100))];
        var clean = op.Forward(x);
        var added = Degradation.Apply(op, x, stds, noise) - clean;
        for (var row = 0; row < op.Rows; row++)
        {
            var measured = added[row].masked_select(clean[row].ne(0));
            var std = measured.std().item<float>();
            var error = 5 / Math.Sqrt(2.0 * measured.numel());
            Assert.InRange(std / (2 * stds[row]), 1 - error, 1 + error);
            Assert.Equal(0, added[row].masked_select(clean[row].eq(0)).abs().sum().item<float>());
        }
    }

    private static ILinearForwardOperator Bind(string name) => OperatorBatches.Bind(OperatorBatches.All[name], Picture);

    private static double Dot(Tensor a, Tensor b) => (a.to(ScalarType.Float64) * b.to(ScalarType.Float64)).sum().item<double>();
}
