namespace ImcEngine.Images.Arrays;

/// <summary>The types that elements of images may have, little-endian. The image has all but bytes as float32: float16 exactly, float64
/// rounded to the nearest.</summary>
internal enum ElementType
{
    UInt8,
    Float16,
    Float32,
    Float64,
}
