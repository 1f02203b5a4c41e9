using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing.Fakes;

/// <summary>A x = gain x, with a gain of each row's own.</summary>
internal sealed class FakeOperatorFamily : IForwardOperatorFamily
{
    public const string Gain = "gain";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = "gain",
        Description = "Multiplies every value.",
        IsLinear = true,
        Parameters = [ParameterDescriptor.Number(Gain, 1, 0.1, 10, "The factor.")],
    };

    /// <summary>What every gain is multiplied by: another version of the same operator may compute something else.</summary>
    public float Sign { get; init; } = 1;

    /// <summary>What binds together.</summary>
    public string StructuralKey { get; init; } = "";

    /// <summary>Told whenever it is applied.</summary>
    public Action Applied { get; init; } = () => { };

    /// <summary>Told whenever something bound is let go.</summary>
    public Action LetGo { get; init; } = () => { };

    /// <summary>Number of times that rows were bound.</summary>
    public int Bindings { get; private set; }

    /// <summary>Whether binding throws.</summary>
    public bool Throws { get; set; }

    public static OperatorSpec Spec(double gain = 1) => new("gain", ParameterSet.Resolve(
        [ParameterDescriptor.Number(Gain, 1, 0.1, 10, "The factor.")],
        new Dictionary<string, ParameterValue> { [Gain] = ParameterValue.Of(gain) },
        "operator.parameters",
        []));

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => new()
    {
        StructuralKey = StructuralKey,
        MeasurementShape = [3, picture.Height, picture.Width],
        MeasurementCount = picture.Elements,
    };

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device)
    {
        Bindings++;
        return Throws ? throw new InvalidOperationException("Told to throw.") : new Bound([.. rows.Select(row => Sign * (float)row.Parameters.Number(Gain))], picture, Applied, LetGo);
    }

    private sealed class Bound(float[] gains, PictureShape picture, Action applied, Action letGo) : ILinearForwardOperator
    {
        private readonly Tensor _gains = tensor(gains).reshape(-1, 1, 1, 1).DetachFromDisposeScope();

        public int Rows => gains.Length;

        public Tensor Forward(Tensor pictures)
        {
            Assert.Equal(picture.Batch(Rows), pictures.shape);
            applied();
            return pictures * _gains;
        }

        public Tensor Adjoint(Tensor measurements) => measurements * _gains;

        public Tensor Consistent(Tensor measurements) => measurements.alias();

        public Tensor ToImage(Tensor measurements) => measurements.alias();

        public void Dispose()
        {
            _gains.Dispose();
            letGo();
        }
    }
}
