using static TorchSharp.torch;

namespace FlashDiffusion;

/// <summary>A family of forward operators, such as Gaussian blur. Stateless; safe to call from any thread but for <see cref="Bind"/>.</summary>
public interface IForwardOperatorFamily
{
    /// <summary>What the catalog shows.</summary>
    OperatorDescriptor Descriptor { get; }

    /// <summary>Checks a specification against a picture's shape. Pure and cheap.</summary>
    /// <param name="spec">The specification, its parameters already within their ranges.</param>
    /// <param name="picture">Shape of the picture that the operator acts on.</param>
    /// <returns>Violations, with fields relative to the operator (<c>mask</c>, <c>parameters.std</c>), or the plan.</returns>
    OperatorPlan Plan(OperatorSpec spec, PictureShape picture);

    /// <summary>Builds the operator for a batch; tensors that it holds live until it is disposed. Device thread only.</summary>
    /// <param name="rows">One specification a row, with equal structural keys and without violations.</param>
    /// <param name="picture">Shape of the pictures.</param>
    /// <param name="device">Where it computes.</param>
    /// <returns>The bound operator.</returns>
    IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device);
}
