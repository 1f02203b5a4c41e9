using System.Runtime.InteropServices;
using FlashDiffusion.Server.Requests;
using Google.Protobuf;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>
/// Reads tensors in both encodings into tensors of the native API, which checks shapes, bytes and values. A leading axis of one is
/// taken for a batch of one; an element of type BYTES is a picture file.
/// </summary>
internal static class InferenceInputs
{
    private const int LengthPrefix = 4;

    /// <summary>The picture that input number <paramref name="index"/> is; null if it is none, with the reason in <paramref name="problems"/>.</summary>
    /// <param name="message">The request.</param>
    /// <param name="index">Number of the input.</param>
    /// <param name="axes">Axes that it has without a batch.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static V1.Picture? Read(Inference.ModelInferRequest message, int index, int axes, RequestProblems problems)
    {
        var input = message.Inputs[index];
        if (!TryFindRaw(message, index, problems, out var raw))
        {
            return null;
        }

        if (input.Datatype == "BYTES")
        {
            return Element(raw, input, index, "a picture file", problems) is { } file ? new V1.Picture { Encoded = file } : null;
        }

        if (TypeOf(input.Datatype) is not { } type)
        {
            problems.Add($"inputs[{index}].datatype", $"'{input.Name}' is FP32, FP16, UINT8 or BYTES (a picture file), not '{input.Datatype}'.");
            return null;
        }

        if ((raw ?? Typed(input, type)) is not { } data)
        {
            problems.Add($"inputs[{index}].contents", $"'{input.Name}' as {input.Datatype} has its elements in {(type == V1.DataType.Uint8 ? "uint_contents, 0 to 255" : "fp32_contents")}, or all inputs in raw_input_contents; FP16 is raw only.");
            return null;
        }

        var tensor = new V1.Tensor { DataType = type, Data = data };
        tensor.Shape.AddRange(input.Shape.Count == axes + 1 && input.Shape[0] == 1 ? input.Shape.Skip(1) : input.Shape);
        return new V1.Picture { Tensor = tensor };
    }

    /// <summary>The opaque bytes that input number <paramref name="index"/> is: elements of type UINT8, or one of type BYTES; null if it is none.</summary>
    /// <param name="message">The request.</param>
    /// <param name="index">Number of the input.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static ByteString? ReadBytes(Inference.ModelInferRequest message, int index, RequestProblems problems)
    {
        var input = message.Inputs[index];
        if (!TryFindRaw(message, index, problems, out var raw))
        {
            return null;
        }

        if (input.Datatype == "BYTES")
        {
            return Element(raw, input, index, "as the response had it", problems);
        }

        if (input.Datatype != "UINT8")
        {
            problems.Add($"inputs[{index}].datatype", $"'{input.Name}' is UINT8 or BYTES, not '{input.Datatype}'.");
        }
        else if ((raw ?? Typed(input, V1.DataType.Uint8)) is not { } data)
        {
            problems.Add($"inputs[{index}].contents", $"'{input.Name}' has its elements in uint_contents, 0 to 255, or all inputs in raw_input_contents.");
        }
        else if (input.Shape is not ([_] or [1, _]) || input.Shape[^1] != data.Length)
        {
            problems.Add($"inputs[{index}].shape", $"'{input.Name}' has {data.Length} bytes and so the shape ({data.Length}), not ({string.Join(", ", input.Shape)}).");
        }
        else
        {
            return data;
        }

        return null;
    }

    // Null if the elements are typed.
    private static bool TryFindRaw(Inference.ModelInferRequest message, int index, RequestProblems problems, out ByteString? raw)
    {
        raw = message.RawInputContents.Count > 0 ? message.RawInputContents[index] : null;
        if (raw is null || message.Inputs[index].Contents is null)
        {
            return true;
        }

        problems.Add($"inputs[{index}].contents", "A tensor comes in raw_input_contents or in contents, not in both.");
        return false;
    }

    private static V1.DataType? TypeOf(string datatype) => datatype switch
    {
        "FP32" => V1.DataType.Float32,
        "FP16" => V1.DataType.Float16,
        "UINT8" => V1.DataType.Uint8,
        _ => null,
    };

    // Typed elements become bytes, so that one reader checks both encodings.
    private static ByteString? Typed(Inference.ModelInferRequest.Types.InferInputTensor input, V1.DataType type) => type switch
    {
        V1.DataType.Float32 when input.Contents?.Fp32Contents is { Count: > 0 } values => ByteString.CopyFrom(MemoryMarshal.AsBytes(values.ToArray().AsSpan())),
        V1.DataType.Uint8 when input.Contents?.UintContents is { Count: > 0 } values && values.All(value => value <= byte.MaxValue) =>
            ByteString.CopyFrom([.. values.Select(value => (byte)value)]),
        _ => null,
    };

    // Raw elements of type BYTES have their length before them, four bytes, little-endian.
    private static ByteString? Element(ByteString? raw, Inference.ModelInferRequest.Types.InferInputTensor input, int index, string what, RequestProblems problems)
    {
        if (raw is null && input.Contents?.BytesContents is { Count: 1 } elements)
        {
            return elements[0];
        }

        if (raw is { Length: >= LengthPrefix } && BitConverter.ToUInt32(raw.Span) == raw.Length - LengthPrefix)
        {
            return ByteString.CopyFrom(raw.Span[LengthPrefix..]);
        }

        problems.Add($"inputs[{index}].contents", $"'{input.Name}' as BYTES is one element, {what}; in raw_input_contents its length comes before it in four bytes, little-endian.");
        return null;
    }
}
