using Grpc.Core;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>One way to spoil a request that was fine.</summary>
/// <typeparam name="T">The request's message.</typeparam>
/// <param name="Fault">What is wrong, for people.</param>
/// <param name="Field">The field that the refusal must name.</param>
/// <param name="Spoil">Makes it wrong.</param>
/// <param name="Code">The documented code.</param>
internal sealed record BadCase<T>(string Fault, string Field, Action<T> Spoil, StatusCode Code = StatusCode.InvalidArgument)
{
    /// <summary>The cases as rows of a theory.</summary>
    public static TheoryData<string, object> Rows(IEnumerable<BadCase<T>> cases)
    {
        var rows = new TheoryData<string, object>();
        foreach (var bad in cases)
        {
            rows.Add($"{bad.Field}: {bad.Fault}", bad);
        }

        return rows;
    }
}
