import './api/zod-settings.ts';
import { mount } from 'svelte';
import './styles/base.css';
import App from './frame/App.svelte';

mount(App, { target: document.getElementById('app')! });
