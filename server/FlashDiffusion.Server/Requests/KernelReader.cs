using FlashDiffusion.Models.Operators.Kernels;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads blur kernels of requests.</summary>
internal static class KernelReader
{
    /// <summary>The kernel; null if there is none or anything is wrong, with the reason in <paramref name="problems"/>.</summary>
    public static OperatorKernel? Read(V1.Tensor? tensor, OperatorDescriptor descriptor, RequestProblems problems)
    {
        const string field = "operator.kernel";
        if (tensor is null)
        {
            if (descriptor.TakesKernel)
            {
                problems.Add(field, $"The operator '{descriptor.Name}' needs a kernel: a tensor (height, width), float32 or float16.");
            }

            return null;
        }

        if (!descriptor.TakesKernel)
        {
            problems.Add(field, $"The operator '{descriptor.Name}' takes no kernel.");
            return null;
        }

        if (tensor.DataType == V1.DataType.Uint8)
        {
            problems.Add($"{field}.data_type", "A kernel is float32 or float16.");
            return null;
        }

        if (tensor.Shape.Count == 2 && tensor.Shape.Any(side => side > KernelChecks.LargestSide))
        {
            problems.Add($"{field}.shape", $"A kernel has at most {KernelChecks.LargestSide} rows and columns, but this one is ({string.Join(", ", tensor.Shape)}).");
            return null;
        }

        return TensorReader.Read(tensor, field, ["height", "width"], problems) is { } values
            ? new OperatorKernel((int)tensor.Shape[0], (int)tensor.Shape[1], [.. values])
            : null;
    }
}
