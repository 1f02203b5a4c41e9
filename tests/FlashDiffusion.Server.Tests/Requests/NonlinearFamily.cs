using static TorchSharp.torch;

namespace FlashDiffusion.Server.Tests.Requests;

/// <summary>An operator without an adjoint.</summary>
internal sealed class NonlinearFamily : IForwardOperatorFamily
{
    public OperatorDescriptor Descriptor { get; } = new() { Name = "nonlinear", Description = "For tests.", IsLinear = false, Parameters = [] };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => new()
    {
        MeasurementShape = [3, picture.Height, picture.Width],
        MeasurementCount = picture.Elements,
    };

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) =>
        throw new InvalidOperationException("Mapping binds nothing.");
}
