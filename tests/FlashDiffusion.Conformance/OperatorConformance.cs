using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>
/// What the engine and every solver rely on in every forward operator. Derive a public class in a test project and run the tests:
/// <code>
/// public sealed class MyOperatorConformance : OperatorConformance
/// {
///     protected override IForwardOperatorFamily CreateFamily() => new MyFamily();
/// }
/// </code>
/// The other members say what to try; each has a default. The laws hold for the standard formulas; the research code's are not tried.
/// </summary>
public abstract class OperatorConformance
{
    /// <summary>Tolerance of the dot-product test, as a share of |A x| |v|; float32 rounding is near 1e-6.</summary>
    private const double DotProductTolerance = 1e-4;

    /// <summary>Sets torch to one thread: laws about bits need it.</summary>
    protected OperatorConformance() => set_num_threads(1);

    /// <summary>
    /// Specifications to try; those of equal structure are bound together, one a row. By default: the descriptor's defaults with two
    /// seeds, every number that may differ between rows half way to its smallest value and a little larger, and each word of each choice.
    /// Those that the family's plan refuses are left out, but never the first.
    /// </summary>
    protected virtual IReadOnlyList<OperatorSpec> Specifications
    {
        get
        {
            var descriptor = CreateFamily().Descriptor;
            var free = descriptor.Parameters.Where(parameter => !parameter.Structural).ToList();
            IReadOnlyDictionary<string, ParameterValue>[] sets =
                [new Dictionary<string, ParameterValue>(), new Dictionary<string, ParameterValue>(), ParameterVariations.Gentler(free), ParameterVariations.Stronger(free), .. ParameterVariations.Words(descriptor.Parameters)];
            return [.. sets.Select((given, i) => new OperatorSpec(descriptor.Name, ParameterVariations.With(descriptor.Parameters, given)) { Seed = (ulong)i + 1 })];
        }
    }

    /// <summary>Shape of the pictures; 32x40 by default.</summary>
    protected virtual PictureShape Picture => new(32, 40);

    /// <summary>Scale of the random pictures that gradients are tried on; 0.5 by default, mostly inside [-1, 1].</summary>
    protected virtual double Scale => 0.5;

    /// <summary>How much a directional derivative may differ from a finite difference, as a share of its scale; 1e-2 by default.</summary>
    protected virtual double GradientTolerance => 1e-2;

    /// <summary>How much a row may differ alone and among others, as a share of its largest value (at least 1); 1e-5 by default.</summary>
    protected virtual double Tolerance => 1e-5;

    /// <summary>Law: a linear operator has the exact adjoint, &lt;A x, v&gt; = &lt;x, A^T v&gt;, row by row.</summary>
    [Fact]
    public void Adjoint_RandomVectors_PassesTheDotProductTest() => ForEachBatch((op, batch) =>
    {
        if (op is not ILinearForwardOperator linear)
        {
            return;
        }

        var x = Draws.Normal(Picture.Batch(op.Rows), 1);
        var y = op.Forward(x);
        var v = Draws.Normal(y.shape, 2);
        var back = linear.Adjoint(v);
        Assert.Equal(x.shape, back.shape);
        for (var row = 0; row < op.Rows; row++)
        {
            var (forward, adjoint) = (Draws.Dot(y[row], v[row]), Draws.Dot(x[row], back[row]));
            var size = Math.Sqrt(Draws.Dot(y[row], y[row]) * Draws.Dot(v[row], v[row]));
            Assert.True(Math.Abs(forward - adjoint) <= DotProductTolerance * size, $"{Name(batch[row])}: <A x, v> = {forward:G7}, but <x, A^T v> = {adjoint:G7}.");
        }
    });

    /// <summary>Law: what is declared linear is linear and has an adjoint; A(0) = 0, A(2 x - v) = 2 A(x) - A(v). What is not, does not claim to be.</summary>
    [Fact]
    public void Forward_DeclaredLinear_IsLinear() => ForEachBatch((op, batch) =>
    {
        var declared = CreateFamily().Descriptor.IsLinear;
        Assert.True(declared == op is ILinearForwardOperator, $"The descriptor says IsLinear = {declared}, but the bound operator is {(declared ? "no" : "an")} {nameof(ILinearForwardOperator)}.");
        if (!declared)
        {
            return;
        }

        var (x, v) = (Draws.Normal(Picture.Batch(op.Rows), 3), Draws.Normal(Picture.Batch(op.Rows), 4));
        Figures.AssertClose(new float[op.Forward(x).numel()], Figures.Of(op.Forward(zeros_like(x))), 1e-6, "A(0)");
        Figures.AssertClose(Figures.Of((2 * op.Forward(x)) - op.Forward(v)), Figures.Of(op.Forward((2 * x) - v)), 1e-4, "A(2 x - v) against 2 A(x) - A(v)");
    });

    /// <summary>Law: the gradient agrees with finite differences, row by row.</summary>
    [Fact]
    public void Forward_Differentiated_AgreesWithFiniteDifferences() => ForEachBatch((op, batch) =>
    {
        var x = (Draws.Normal(Picture.Batch(op.Rows), 5) * Scale).requires_grad_();
        var direction = Draws.Normal(Picture.Batch(op.Rows), 6);
        var y = op.Forward(x);
        Assert.True(y.requires_grad, "A(x) carries no gradient.");
        var weights = Draws.Normal(y.shape, 7);
        var slope = (autograd.grad([y], [x], [weights])[0] * direction).flatten(1).sum(1);

        // A short move, so that few values cross a kink (a clip) on the way; differences in float64 before the sum.
        const double Move = 3e-4;
        using var guard = no_grad();
        var ahead = op.Forward(x + (Move * direction)).to(ScalarType.Float64);
        var behind = op.Forward(x - (Move * direction)).to(ScalarType.Float64);
        var change = (ahead - behind) / (2 * Move);
        var difference = (change * weights).flatten(1).sum(1);

        // In scale: random weights let most of the slope cancel.
        var scale = change.flatten(1).norm(1);
        for (var row = 0; row < op.Rows; row++)
        {
            var (exact, finite, allowed) = (slope[row].item<float>(), difference[row].item<double>(), GradientTolerance * Math.Max(1e-3, scale[row].item<double>()));
            Assert.True(Math.Abs(exact - finite) <= allowed, $"{Name(batch[row])}: the derivative is {exact:G6}, a finite difference {finite:G6}; {allowed:G3} apart is allowed.");
        }
    });

    /// <summary>Law: a row among others with other parameters is what it is alone.</summary>
    [Fact]
    public void Forward_RowAmongOthers_EqualsTheRowAlone() => ForEachBatch((op, batch) =>
    {
        var x = Draws.Normal(Picture.Batch(op.Rows), 8);
        var y = op.Forward(x);
        for (var row = 0; row < op.Rows; row++)
        {
            using var alone = Bind([batch[row]]);
            foreach (var (name, together, single) in Results(op, x, y, row).Zip(Results(alone, x[row].unsqueeze(0), y[row].unsqueeze(0), 0), (a, b) => (a.Name, a.Value, b.Value)))
            {
                Figures.AssertClose(single, together, Tolerance, $"{name} of {Name(batch[row])} among {op.Rows - 1} others, against alone");
            }
        }
    });

    /// <summary>Law: a row of NaN stays in its row.</summary>
    [Fact]
    public void Forward_NonFiniteRow_StaysInItsRow() => ForEachBatch((op, batch) =>
    {
        if (op.Rows == 1)
        {
            return;
        }

        var x = Draws.Normal(Picture.Batch(op.Rows), 9);
        var expected = Figures.Of(op.Forward(x).narrow(0, 1, op.Rows - 1));
        x[0].fill_(float.NaN);
        Figures.AssertSame(expected, Figures.Of(op.Forward(x).narrow(0, 1, op.Rows - 1)), "The other rows beside one that is NaN");
    });

    /// <summary>Law: every method returns a new tensor that is the caller's, the identity included: changing it changes nothing else.</summary>
    [Fact]
    public void Results_ChangedInPlace_ChangeNothingElse() => ForEachBatch((op, _) =>
    {
        var x = Draws.Normal(Picture.Batch(op.Rows), 10);
        var y = op.Forward(x).detach();
        var methods = new List<(string Name, Func<Tensor, Tensor> Apply, Tensor Argument)>
        {
            ("Forward", op.Forward, x),
            ("Consistent", op.Consistent, y),
            ("ToImage", op.ToImage, y),
        };
        if (op is ILinearForwardOperator linear)
        {
            methods.Add(("Adjoint", linear.Adjoint, y));
        }

        foreach (var (name, apply, argument) in methods)
        {
            var (before, first) = (Figures.Of(argument), apply(argument));
            var expected = Figures.Of(first);
            first.add_(1);
            Figures.AssertSame(before, Figures.Of(argument), $"The argument of {name} after its result was changed");
            Figures.AssertSame(expected, Figures.Of(apply(argument)), $"{name} after an earlier result was changed");
        }
    });

    /// <summary>
    /// Law: Consistent keeps what A makes and drops what carries no information, of which the plan knows how much there is; ToImage makes
    /// pictures; the plan's measurement shape is the real one.
    /// </summary>
    [Fact]
    public void Measurements_ShapesAndCounts_AreThoseOfThePlan() => ForEachBatch((op, batch) =>
    {
        Assert.Equal(batch.Count, op.Rows);
        var y = op.Forward(Draws.Normal(Picture.Batch(op.Rows), 11) * Scale).detach();
        Assert.Equal(Picture.Batch(op.Rows), op.ToImage(y).shape);
        Figures.AssertClose(Figures.Of(y), Figures.Of(op.Consistent(y)), 1e-6, "Consistent(A(x)) against A(x)");
        var moved = op.Consistent(y + 1);
        Assert.Equal(y.shape, moved.shape);
        for (var row = 0; row < op.Rows; row++)
        {
            var plan = CreateFamily().Plan(batch[row], Picture);
            Assert.True(plan.MeasurementShape.AsSpan().SequenceEqual(y.shape.AsSpan(1)), $"{Name(batch[row])}: the plan says ({string.Join(", ", plan.MeasurementShape)}), A makes ({string.Join(", ", y.shape[1..])}).");
            var counted = moved[row].ne(y[row]).sum().item<long>();
            Assert.True(counted == plan.MeasurementCount, $"{Name(batch[row])}: the plan counts {plan.MeasurementCount} measured values, but Consistent looks at {counted}.");
        }
    });

    /// <summary>Law: <see cref="IForwardOperatorFamily.Plan"/> refuses every parameter outside its declared range, and says which.</summary>
    [Fact]
    public void Plan_ParameterOutOfRange_IsRefused()
    {
        var family = CreateFamily();
        foreach (var descriptor in family.Descriptor.Parameters)
        {
            foreach (var value in ParameterVariations.Outside(descriptor))
            {
                var values = Specifications[0].Parameters.Values.ToDictionary(StringComparer.Ordinal);
                values[descriptor.Name] = value;
                var spec = Specifications[0] with { Parameters = ParameterVariations.With(family.Descriptor.Parameters, values) };
                Refusals.AssertNamed(family.Plan(spec, Picture).Violations, $"parameters.{descriptor.Name}", $"{descriptor.Name} = {value}");
            }
        }
    }

    /// <summary>Law: an operator is a function of its specification, seed included: bound again, by a new family, it makes the same bits.</summary>
    [Fact]
    public void Bind_SameSpecification_MakesTheSameBits() => ForEachBatch((op, batch) =>
    {
        using var again = Bind(batch);
        var x = Draws.Normal(Picture.Batch(op.Rows), 12);
        var expected = Figures.Of(op.Forward(x));
        Figures.AssertSame(expected, Figures.Of(op.Forward(x)), "A(x) computed twice");
        Figures.AssertSame(expected, Figures.Of(again.Forward(x)), "A(x) of an operator bound again");
    });

    /// <summary>Law: what an operator holds lives until it is disposed, in whatever dispose scope it was bound, and then no longer.</summary>
    [Fact]
    public void LiveTensors_AfterDisposal_ReturnToTheirBaseline()
    {
        foreach (var batch in Batches())
        {
            UseAndDrop(batch);
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            UseAndDrop(batch);
            var after = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Assert.True(after == before, $"{after - before} tensors outlive an operator of {Name(batch[0])}.");
        }
    }

    /// <summary>Law: names are lower_snake_case and unique, defaults lie in their ranges.</summary>
    [Fact]
    public void Descriptor_Fields_AreFitForTheCatalog()
    {
        var descriptor = CreateFamily().Descriptor;
        DescriptorRules.Check(descriptor.Name, descriptor.Description, descriptor.Parameters);
    }

    /// <summary>Makes the family, as loading the plugin would.</summary>
    /// <returns>The family.</returns>
    protected abstract IForwardOperatorFamily CreateFamily();

    private static string Name(OperatorSpec spec) =>
        $"{spec.Name} ({string.Join(", ", spec.Parameters.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))}, seed {spec.Seed})";

    private static IEnumerable<(string Name, float[] Value)> Results(IForwardOperator op, Tensor x, Tensor y, int row)
    {
        yield return ("Forward", Figures.Of(op.Forward(x)[row]));
        yield return ("Consistent", Figures.Of(op.Consistent(y)[row]));
        yield return ("ToImage", Figures.Of(op.ToImage(y)[row]));
        if (op is ILinearForwardOperator linear)
        {
            yield return ("Adjoint", Figures.Of(linear.Adjoint(y)[row]));
        }
    }

    // The scope of the binding ends before the operator is used, as in the engine.
    private IForwardOperator Bind(IReadOnlyList<OperatorSpec> batch)
    {
        using var scope = NewDisposeScope();
        return CreateFamily().Bind(batch, Picture, CPU);
    }

    private void UseAndDrop(IReadOnlyList<OperatorSpec> batch)
    {
        using var op = Bind(batch);
        using var scope = NewDisposeScope();
        var x = Draws.Normal(Picture.Batch(op.Rows), 13).requires_grad_();
        var y = op.Forward(x);
        autograd.grad([y], [x], [ones_like(y)]);
        _ = Results(op, x.detach(), y.detach(), 0).Count();
    }

    private void ForEachBatch(Action<IForwardOperator, IReadOnlyList<OperatorSpec>> law)
    {
        foreach (var batch in Batches())
        {
            using var op = Bind(batch);
            using var scope = NewDisposeScope();
            law(op, batch);
        }
    }

    private IEnumerable<IReadOnlyList<OperatorSpec>> Batches()
    {
        var family = CreateFamily();
        var plans = Specifications.Select((spec, i) => (Spec: spec, Plan: family.Plan(spec, Picture), First: i == 0)).ToList();
        Assert.True(plans[0].Plan.Violations.IsEmpty, $"Plan refuses {Name(plans[0].Spec)}: {string.Join(" ", plans[0].Plan.Violations.Select(violation => violation.Description))}");
        return plans
            .Where(planned => planned.Plan.Violations.IsEmpty)
            .GroupBy(planned => planned.Plan.StructuralKey, planned => planned.Spec)
            .Select(group => (IReadOnlyList<OperatorSpec>)[.. group]);
    }
}
