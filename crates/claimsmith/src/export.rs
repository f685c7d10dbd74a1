//! What makes a module of a handler.

/// Makes this crate's module of a [`Handler`](crate::Handler). A crate has one.
///
/// In a native build it checks that the type is a handler, and does nothing else.
#[macro_export]
macro_rules! export_handler {
    ($handler:ty) => {
        #[cfg(not(target_family = "wasm"))]
        const _: fn() = || {
            fn is_handler<T: $crate::Handler>() {}
            is_handler::<$handler>();
        };

        #[cfg(target_family = "wasm")]
        const _: () = {
            // The code that wasm-bindgen generates expects it here.
            use $crate::module::wasm_bindgen::{self, prelude::*};

            #[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
            struct ActionEngine($crate::module::Instance<$handler>);

            #[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
            impl ActionEngine {
                // There is no plan: the handler knows what to do.
                #[wasm_bindgen(constructor)]
                pub fn new(trigger: &str) -> Result<ActionEngine, JsValue> {
                    Ok(ActionEngine($crate::module::Instance::new(trigger)?))
                }

                #[wasm_bindgen(getter)]
                pub fn warnings(&self) -> $crate::module::js_sys::Array {
                    $crate::module::js_sys::Array::new()
                }

                #[wasm_bindgen(getter)]
                pub fn denial(&self) -> Option<$crate::module::js_sys::Array> {
                    self.0.denial()
                }

                pub fn login(
                    &self,
                    event: JsValue,
                    api: $crate::module::JsApi,
                    io: $crate::module::Io,
                    wants_report: bool,
                    done: $crate::module::js_sys::Function,
                ) {
                    self.0.execute(event, api, io, wants_report, done);
                }
            }
        };
    };
}
