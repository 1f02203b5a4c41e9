using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>What can be wrong with a forward operator, wherever it stands.</summary>
internal static class BadOperators
{
    private const string Field = "operator";

    public static IEnumerable<BadCase<T>> At<T>(Func<T, V1.ForwardOperator> get, Action<T, V1.ForwardOperator?> set)
    {
        yield return new("missing", Field, request => set(request, null));
        foreach (var name in new[] { "", "nobody", "../../etc/passwd", "torn", new string('x', 10_000) })
        {
            yield return new($"name '{name[..Math.Min(20, name.Length)]}'", $"{Field}.name", request => get(request).Name = name, StatusCode.NotFound);
        }

        foreach (var value in new[] { -1, 1e9, double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            yield return new($"std {value}", $"{Field}.parameters.std", request => get(request).Parameters["std"] = new V1.ParameterValue { Number = value });
        }

        yield return new("a text for a number", $"{Field}.parameters.std", request => get(request).Parameters["std"] = new V1.ParameterValue { Text = "much" });
        yield return new("no value", $"{Field}.parameters.std", request => get(request).Parameters["std"] = new V1.ParameterValue());
        yield return new("an unknown parameter", $"{Field}.parameters.nobody", request => get(request).Parameters["nobody"] = new V1.ParameterValue { Number = 1 });
        foreach (var value in Values.Outside(0, 1))
        {
            yield return new($"noise {value}", $"{Field}.noise_std", request => get(request).NoiseStd = value);
        }

        yield return new("noise 2.1 of 2", $"{Field}.noise_std", request => (get(request).NoiseStd, get(request).NoiseRange) = (2.1, V1.NoiseRange.Signed));
        foreach (var value in Values.NoEnum)
        {
            yield return new($"range {value}", $"{Field}.noise_range", request => get(request).NoiseRange = (V1.NoiseRange)value);
        }

        foreach (var value in new[] { 0, -1, int.MaxValue, int.MinValue })
        {
            yield return new($"height {value}", $"{Field}.picture_size.height", request => get(request).PictureSize = new V1.PictureSize { Height = value, Width = 32 });
            yield return new($"width {value}", $"{Field}.picture_size.width", request => get(request).PictureSize = new V1.PictureSize { Height = 32, Width = value });
        }

        yield return new("a mask for a blur", $"{Field}.mask", request => get(request).Mask = MapperScene.FilePicture(32, 32));
        yield return new("a kernel for a Gaussian blur", $"{Field}.kernel", request => get(request).Kernel = BadPictures.Tensor(3, 3));
        foreach (var bad in Masks(set).Concat(Kernels(set)))
        {
            yield return bad;
        }
    }

    private static IEnumerable<BadCase<T>> Masks<T>(Action<T, V1.ForwardOperator?> set)
    {
        yield return new("a user's mask that is missing", $"{Field}.mask", request => set(request, Inpainting(null)));
        yield return new("a mask of another size", $"{Field}.mask", request => set(request, Inpainting(MapperScene.FilePicture(16, 16))));
        yield return new("a mask that is neither file nor tensor", $"{Field}.mask", request => set(request, Inpainting(new V1.Picture())));
        yield return new("a mask that is no picture", $"{Field}.mask.encoded", request => set(request, Inpainting(new V1.Picture { Encoded = ByteString.CopyFromUtf8("no picture") })));
        yield return new("a mask above 1", $"{Field}.mask.tensor.data", request => set(request, Inpainting(new V1.Picture { Tensor = BadPictures.Tensor([32, 32], 1.5f) })));
        yield return new("a mask below 0", $"{Field}.mask.tensor.data", request => set(request, Inpainting(new V1.Picture { Tensor = BadPictures.Tensor([32, 32], -0.5f) })));
        foreach (var bad in BadPictures.Tensors($"{Field}.mask.tensor", (T request, V1.Tensor tensor) => set(request, Inpainting(new V1.Picture { Tensor = tensor })), 32, 32))
        {
            yield return bad;
        }
    }

    private static IEnumerable<BadCase<T>> Kernels<T>(Action<T, V1.ForwardOperator?> set)
    {
        yield return new("a kernel that is missing", $"{Field}.kernel", request => set(request, Blur(null)));
        yield return new("a kernel of zeros", $"{Field}.kernel", request => set(request, Blur(BadPictures.Tensor([3, 3], 0))));
        yield return new("a kernel of integers", $"{Field}.kernel.data_type", request => set(request, Blur(new V1.Tensor { DataType = V1.DataType.Uint8, Shape = { 1, 1 }, Data = ByteString.CopyFrom(1) })));
        yield return new("a kernel without end", $"{Field}.kernel.shape", request => set(request, Blur(new V1.Tensor { Shape = { long.MaxValue, long.MaxValue } })));
        foreach (var bad in BadPictures.Tensors($"{Field}.kernel", (T request, V1.Tensor tensor) => set(request, Blur(tensor)), 3, 3))
        {
            yield return bad;
        }
    }

    private static V1.ForwardOperator Inpainting(V1.Picture? mask) =>
        new() { Name = "inpainting", NoiseStd = 0.05, Mask = mask, Parameters = { ["mask_type"] = new V1.ParameterValue { Text = "user" } } };

    private static V1.ForwardOperator Blur(V1.Tensor? kernel) => new() { Name = "kernel_blur", NoiseStd = 0.05, Kernel = kernel };
}
